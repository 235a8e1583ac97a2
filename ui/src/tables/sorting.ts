const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

interface Sortable {
  getValue(column: string): unknown;
}

/** Numbers by size, all else as people sort words; for TanStack Table. */
export function comparing(a: Sortable, b: Sortable, column: string): number {
  const [x, y] = [a.getValue(column), b.getValue(column)];
  return typeof x === "number" && typeof y === "number" ? x - y : collator.compare(String(x), String(y));
}
