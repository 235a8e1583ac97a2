/** A larger text is shown in parts, in characters. */
export const LARGE = 500_000;

/** How large a text is as UTF-8, in bytes. */
export const sizeOf = (text: string): number => new Blob([text]).size;

/** So much of one line is shown at once, in characters: WebKit takes half a second to lay that out, and nine for five times
 * as much. */
export const LONG_LINE = 100_000;

/** Where the parts of a text begin: behind the last line end that fits, or in a line that is too long. */
export function partStarts(text: string, most = LARGE, longest = LONG_LINE): number[] {
  const starts = [0];
  for (let end = partEnd(text, 0, most, longest); end < text.length; end = partEnd(text, end, most, longest))
    starts.push(end);
  return starts;
}

function partEnd(text: string, start: number, most: number, longest: number): number {
  let behind = start;
  for (let line = start; line < text.length;) {
    const next = text.indexOf("\n", line) + 1 || text.length;
    if (next - line > longest && line + longest < start + most) return whole(text, line + longest);
    if (next - start > most) return behind > start + most / 2 ? behind : whole(text, start + most);
    behind = line = next;
  }
  return text.length;
}

/** Between the halves of a character none is cut. */
const whole = (text: string, at: number): number => (/[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at);
