import { expect, it } from "vitest";
import { LONG_LINE, partStarts } from "./large";

const cut = (text: string, most: number) => {
  const starts = partStarts(text, most);
  return starts.map((start, at) => text.slice(start, starts[at + 1]));
};

it("a text is cut at the ends of lines, and a line that is too long anywhere but in a character", () => {
  expect(cut("one\ntwo\nthree\n", 9)).toEqual(["one\ntwo\n", "three\n"]);
  expect(cut("one", 9)).toEqual(["one"]);
  expect(cut("", 9)).toEqual([""]);
  expect(cut("a😀😀😀", 4)).toEqual(["a😀", "😀😀"]);
});

it("of a line that is too long only a part is shown at once, whatever is around it", () => {
  const json = JSON.stringify({ a: 1, markdown: "x".repeat(350_000), z: 2 }, null, 2);
  const starts = partStarts(json);
  expect(starts.map((start, at) => json.slice(start, starts[at + 1])).join("")).toBe(json);
  const lines = starts.flatMap((start, at) => json.slice(start, starts[at + 1]).split("\n"));
  expect([starts.length, Math.max(...lines.map(({ length }) => length))]).toEqual([4, LONG_LINE]);
});

it("no letter of a huge text is lost", () => {
  const text = `${"x".repeat(3_000_000)}\n${"a line\n".repeat(400_000)}`;
  const parts = cut(text, 500_000);
  expect(parts.join("")).toBe(text);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(500_000);
});
