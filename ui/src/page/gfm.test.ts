import { expect, it, vi } from "vitest";

const texts = [
  "# Title\n\ntext *with* `marks` and https://a.b/c\nnext line\n\n---\n\nSetext\n======\n",
  "> quote\n> > in a quote\nlazy\n\n- one\n  - two\n\n    code in it\n\n1. a\n2. b\n",
  "| a | b |\n| --- | :-: |\n| 1 | [x](y 'z') |\n\n<div>html</div>\n\n<!-- not shown -->\nafter\n",
  "```js\n# no heading\n```\n\n    indented\n\n[def]: /url 'title'\n\n![image][def] ~~gone~~ **a _b_ c**  \nbroken\\\nline",
  "a ***b** c* _d_ [e] \\* f@g.hi <http://j.k> - l\n* * *\n+ m\n  ```\n  n\n  ```\n",
];

it("what is read of a markdown is what the library reads", async () => {
  const { Marked } = await import("marked");
  const plain = texts.map((text) => new Marked({ gfm: true }).lexer(text));
  vi.resetModules();
  const ours = await import("./gfm");
  expect(texts.map((text) => new ours.Marked({ gfm: true }).lexer(text))).toEqual(plain);
});
