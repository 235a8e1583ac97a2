import { between, type ListLine } from "./filtering";

/** The sessions that are picked for something, by id. Never mutated. */
export type Picked = ReadonlySet<string>;

export const nonePicked: Picked = new Set();

/** One more or one less. With none picked, the session that is shown counts as picked. */
export function toggled(picked: Picked, session: string, shown: string | null): Picked {
  const next = new Set(picked);
  if (next.size === 0 && shown !== null) next.add(shown);
  if (!next.delete(session)) next.add(session);
  return next;
}

export const stretched = (lines: readonly ListLine[], from: string, to: string): Picked =>
  new Set(between(lines, from, to));

export const everyLine = (lines: readonly ListLine[]): Picked =>
  new Set(lines.flatMap((line) => (line.type === "session" ? [line.session.id] : [])));
