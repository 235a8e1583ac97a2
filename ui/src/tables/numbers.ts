/** A number as pages write it: with a sign, a currency or a unit, and separators of either kind. Longer words are a name. */
const WRITTEN =
  /^(?:[A-Z]{3}|kr|\p{L}{0,2}\p{Sc})?\s*(-?\d[\d.,'’\s]*)(?:\p{Sc}|%|°?\p{L}{1,4}\.?|\p{L}{1,3}[²³])?$/u;

/** The number that a cell holds; null when it holds words. `1.299,50 €` is 1299.5, and so is `$1,299.50`. */
export function numberIn(text: string): number | null {
  const digits = WRITTEN.exec(text.trim())?.[1]?.replace(/['’\s]/gu, "");
  if (!digits) return null;
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  if (last < 0) return Number(digits);
  const mark = digits.charAt(last);
  const whole = digits.slice(0, last);
  const rest = digits.slice(last + 1);
  // One kind of mark: thousands when it comes again or three digits follow, else the fraction.
  const mixed = /[.,]/.test(whole.replaceAll(mark, ""));
  const groups = !mixed && (whole.includes(mark) || (rest.length === 3 && !/^-?0?$/.test(whole)));
  const plain = whole.replace(/[.,]/g, "");
  const number = Number(groups ? plain + rest : `${plain}.${rest}`);
  return Number.isFinite(number) ? number : null;
}

/** Whether all that is written in a column are numbers of one unit. */
export function isNumeric(cells: readonly string[]): boolean {
  const written = cells.filter((cell) => cell.trim() !== "");
  const unit = (cell: string) => cell.replace(/[\d.,'’\s-]/gu, "");
  return (
    written.length > 0 &&
    written.every((cell) => numberIn(cell) !== null && unit(cell) === unit(written[0] ?? ""))
  );
}
