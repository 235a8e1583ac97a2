import { expect, it } from "vitest";
import { bytesOf, dump, MOST_BYTES } from "./bytes";

it("bytes are shown with their places and the letters among them, and no more than can be read", () => {
  expect(dump(new Uint8Array([0, 65, 255]))).toBe(`000000  00 41 ff${" ".repeat(41)}.A.`);
  const lines = dump(new Uint8Array(MOST_BYTES * 2)).split("\n");
  expect([lines.length, lines.at(-1)?.slice(0, 6)]).toEqual([MOST_BYTES / 16, "003ff0"]);
  expect([bytesOf("QQ=="), bytesOf("no base64 !")]).toEqual([new Uint8Array([65]), null]);
});
