/** A larger text is shown in parts, in characters. */
export const LARGE = 500_000;

/** How large a text is as UTF-8, in bytes. */
export const sizeOf = (text: string): number => new Blob([text]).size;

/** Where the parts of a text begin: behind the last line end that fits, or in a line that is longer than a part. */
export function partStarts(text: string, most = LARGE): number[] {
  const starts = [0];
  for (let start = 0; text.length - start > most;) {
    const line = text.lastIndexOf("\n", start + most - 1) + 1;
    start = line > start + most / 2 ? line : start + most;
    // Between the halves of a character none is cut.
    if (/[\uDC00-\uDFFF]/.test(text.charAt(start))) start -= 1;
    starts.push(start);
  }
  return starts;
}
