/** A map with one more or changed entry; the given one stays as it is. */
export const withEntry = <V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> =>
  new Map(map).set(key, value);

/** A map without an entry; the same map when it has none. */
export function withoutEntry<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** A map with no entries. */
export const noEntries = <V>(): ReadonlyMap<string, V> => new Map();
