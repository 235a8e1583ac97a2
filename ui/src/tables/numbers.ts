/** A number as pages write it: with a sign, a currency or a unit, and separators of either kind. Longer words are a name. */
const WRITTEN =
  /^(?:[A-Z]{3}|kr|\p{L}{0,2}\p{Sc})?\s*(-?\d[\d.,'’\s]*)(?:\p{Sc}|%|°?\p{L}{1,4}\.?|\p{L}{1,3}[²³])?$/u;
/** What is longer is none. */
const LONGEST = 60;

/** What stands before the fraction of a number. */
export type DecimalMark = "." | ",";

/** The digits and marks of the number that a cell holds; null when it holds words. */
function digitsIn(text: string): string | null {
  if (text.length > LONGEST) return null;
  return WRITTEN.exec(text.trim())?.[1]?.replace(/['’\s]/gu, "") ?? null;
}

/** The decimal mark that a number tells by itself; `1.299` tells none, it may be either. */
function toldBy(digits: string): DecimalMark | null {
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  if (last < 0) return null;
  const mark = digits.charAt(last) as DecimalMark;
  const [whole, rest] = [digits.slice(0, last).replace("-", ""), digits.slice(last + 1)];
  if (whole.includes(other(mark))) return mark;
  if (whole.includes(mark)) return other(mark);
  return rest.length !== 3 || whole.length > 3 || /^0?$/.test(whole) ? mark : null;
}

const other = (mark: DecimalMark): DecimalMark => (mark === "." ? "," : ".");

/** The decimal mark of a column, when its cells tell one and do not contradict each other. */
export function decimalMark(cells: readonly string[]): DecimalMark | null {
  const told = new Set<DecimalMark>();
  for (const cell of cells) {
    const mark = toldBy(digitsIn(cell) ?? "");
    if (mark) told.add(mark);
  }
  const [mark] = told;
  return told.size === 1 && mark ? mark : null;
}

/**
 * The number that a cell holds; null when it holds words. `1.299,50 €` is 1299.5, and so is `$1,299.50`; `1.299` is what the
 * mark of its column says, and a thousand where that is not known.
 */
export function numberIn(text: string, ofColumn: DecimalMark | null = null): number | null {
  const digits = digitsIn(text);
  if (!digits) return null;
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  const mark = toldBy(digits) ?? ofColumn ?? other(digits.charAt(last) as DecimalMark);
  const number = Number(digits.replaceAll(other(mark), "").replace(mark, "."));
  return Number.isFinite(number) ? number : null;
}

/** Whether all that is written in a column are numbers of one unit. */
export function isNumeric(cells: readonly string[]): boolean {
  const written = cells.filter((cell) => cell.trim() !== "");
  const unit = (cell: string) => cell.replace(/[\d.,'’\s-]/gu, "");
  const first = unit((written[0] ?? "").slice(0, LONGEST));
  return written.length > 0 && written.every((cell) => numberIn(cell) !== null && unit(cell) === first);
}
