import { expect, it } from "vitest";
import { partStarts } from "./large";

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

it("no letter of a huge text is lost", () => {
  const text = `${"x".repeat(3_000_000)}\n${"a line\n".repeat(400_000)}`;
  const parts = cut(text, 500_000);
  expect(parts.join("")).toBe(text);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(500_000);
});
