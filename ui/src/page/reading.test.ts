import { expect, it } from "vitest";
import { Gathering, parentSelector, selectorProblem, wordCount } from "./reading";

import { partsOf } from "./parts";

function read(markdown: string): Gathering {
  const gathering = new Gathering("http://shop.local/search");
  for (const part of partsOf(markdown)) gathering.add(part);
  return gathering;
}

it("links are listed with their words, absolute, inside or outside of the host", () => {
  expect(read("- [**Nova** 14](/p/1)\n- [Maker](https://maker.local/)").links).toEqual([
    { text: "Nova 14", url: "http://shop.local/p/1", internal: true },
    { text: "Maker", url: "https://maker.local/", internal: false },
  ]);
});

it("tables are listed with the heading they stand under", () => {
  expect(read("## Deals\n\n| a | b |\n| - | - |\n| [x](/x) | *2* |").tables).toEqual([
    { title: "Deals", columns: ["a", "b"], rows: [["x", "2"]] },
  ]);
});

it("ten megabytes of tables in tables are read within a bound", () => {
  const row = `| ${"| <table onclick=alert(1)> ".repeat(20)}|\n`;
  const markdown = `| a |\n| - |\n${row.repeat(Math.ceil(10_000_000 / row.length))}`;
  expect(read(markdown).tables[0]?.columns).toEqual(["a"]);
}, 30_000);

it("words are counted in languages without spaces", () => {
  expect(wordCount("Two words, no more.")).toBe(4);
  expect(wordCount("你好世界")).toBeGreaterThan(0);
});

it("a selector that cannot be one is told", () => {
  expect(selectorProblem("main > table")).toBeNull();
  expect(selectorProblem("")).toBeNull();
  expect(selectorProblem("iframe >>> main > table")).toContain("inside of a frame");
  expect(selectorProblem("main >")).toContain("no CSS selector");
});

it("a selector is widened step by step", () => {
  expect(parentSelector("main > table > tr")).toBe("main > table");
  expect(parentSelector("main")).toBeNull();
});
