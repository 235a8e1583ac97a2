import { expect, it } from "vitest";
import { documentOf, preview } from "./markdown";
import { inTurns, partsOf } from "./parts";
import { Gathering } from "./reading";

/** The parts must be the text itself; answers how many there are and how long the longest took to draw. */
function drawn(markdown: string): { parts: number; slowest: number; html: string } {
  let [end, slowest] = [0, 0];
  let [own, html] = ["", ""];
  let parts = 0;
  for (const part of partsOf(markdown)) {
    own += markdown.slice(end, part.end);
    expect(part.end).toBeGreaterThan(end);
    expect(part.text).toContain(markdown.slice(end, part.end));
    end = part.end;
    parts += 1;
    // What has a hundred parts is drawn like its first.
    if (parts > 5) continue;
    const begun = performance.now();
    html += preview(part.text);
    slowest = Math.max(slowest, performance.now() - begun);
  }
  expect(own).toBe(markdown);
  return { parts, slowest, html };
}

it("a short markdown is one part, as it is", () => {
  const markdown = "# One\n\n| a |\n| - |\n| 1 |\n\n```\ncode\n```\n";
  expect([...partsOf(markdown)]).toEqual([
    { text: markdown, continues: null, lead: 0, end: markdown.length },
  ]);
  expect([...partsOf("")]).toEqual([]);
});

it("a long one is cut between its blocks", () => {
  const paragraph = `${"Words that fill a line. ".repeat(20)}\n`;
  const parts = [...partsOf(`${paragraph}\n`.repeat(500))];
  expect(parts.length).toBeGreaterThan(5);
  for (const { text } of parts) expect(text.startsWith("Words") && text.endsWith("\n\n")).toBe(true);
});

it("a table that is cut goes on under its head, and is one table where it is read and kept", async () => {
  const rows = Array.from({ length: 5_000 }, (_, at) => `| row ${at} | ${at} |\n`).join("");
  const markdown = `## Prices\n\n| Name | Price |\n| --- | ---: |\n${rows}\nThe end.\n`;
  const gathering = new Gathering("http://shop.local/");
  const parts = [...partsOf(markdown)];
  for (const part of parts) gathering.add(part);
  expect(parts[1]).toMatchObject({ continues: "table" });
  expect(parts[1]?.text.startsWith("| Name | Price |\n| --- | ---: |\n| row ")).toBe(true);
  expect(gathering.tables).toHaveLength(1);
  expect(gathering.tables[0]?.rows).toHaveLength(5_000);
  expect(gathering.tables[0]?.rows[4_999]).toEqual(["row 4999", "4999"]);
  const kept = await documentOf({ title: "", url: "http://shop.local/", markdown });
  expect(kept.match(/<table>/g)).toHaveLength(1);
  expect(kept.match(/<tr>/g)).toHaveLength(5_001);
});

it("code that is cut is code again, with the same fence, also in a quote", () => {
  const lines = "> # no heading, and ``` no end\n".repeat(3_000);
  const parts = [...partsOf(`> ~~~~js\n${lines}> ~~~~\n\n# A heading\n`)];
  expect(parts.length).toBeGreaterThan(2);
  for (const { text } of parts.slice(0, -1)) {
    const element = document.createElement("div");
    element.innerHTML = preview(text);
    expect(element.querySelector("h1")).toBeNull();
    expect(element.querySelector("blockquote pre")).not.toBeNull();
  }
  expect(parts.at(-1)?.text).toContain("# A heading");
});

const tower = (depth: number, mark: string) =>
  Array.from({ length: depth }, (_, at) => `${mark.repeat(at)}- cell\n`).join("");

it.each([
  ["one line", "x".repeat(4_000_000)],
  ["characters of two halves", "😀".repeat(500_000)],
  ["brackets", "[".repeat(300_000)],
  ["links that never end", "[a](".repeat(100_000)],
  ["stars", "*a _b ".repeat(100_000)],
  ["quotes in quotes", `${"> ".repeat(5_000)}word\n`.repeat(20)],
  ["lists in lists", tower(1_500, "  ")],
  ["backticks", "`".repeat(300_000)],
  ["a table of a million cells", `| a |\n| - |\n${`${"| ".repeat(200)}|\n`.repeat(2_000)}`],
  ["a row of a million cells", `| a |\n| - |\n${"| b ".repeat(300_000)}`],
  ["tags", "<table onclick=alert(1)>".repeat(30_000)],
  ["entities", "&amp;".repeat(200_000)],
  ["addresses", "https://a.local/x www.b.local ".repeat(20_000)],
  ["empty lines", "\n".repeat(1_000_000)],
])("%s: no part of a huge text is felt, and no letter is lost", (_name, markdown) => {
  const { slowest } = drawn(markdown);
  // A tenth of it in a browser; jsdom is slow and the machine may be busy.
  expect(slowest).toBeLessThan(2_500);
});

it("nothing but a text of ten megabytes is needed to list what stands in it, and the list has an end", () => {
  const gathering = new Gathering("http://shop.local/");
  for (const part of partsOf("[a](b)\n".repeat(200_000))) gathering.add(part);
  expect(gathering.full).toBe(true);
  expect(gathering.links.length).toBeLessThan(110_000);
}, 60_000);

it("work in turns lets others have theirs, and ends when it is stopped", async () => {
  const stopped = new AbortController();
  let done = 0;
  const slow = () => {
    done += 1;
    for (const begun = performance.now(); performance.now() - begun < 5;);
  };
  const working = inTurns(Array.from({ length: 1_000 }), slow, stopped.signal);
  await new Promise((go) => setTimeout(go));
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(100);
  stopped.abort();
  await working;
  expect(done).toBeLessThan(100);
});
