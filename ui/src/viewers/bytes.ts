/** So many bytes are shown. */
export const MOST_BYTES = 16 * 1024;
const WIDTH = 16;

/** The bytes of base64; null when it is none. */
export function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Bytes as people read them: their place, sixteen in hex, and the letters among them. */
export function dump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST_BYTES); at += WIDTH) {
    const some = [...bytes.subarray(at, Math.min(at + WIDTH, MOST_BYTES))];
    const hex = some.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const letters = some.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "."));
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(WIDTH * 3)} ${letters.join("")}`);
  }
  return lines.join("\n");
}
