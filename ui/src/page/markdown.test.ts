import { expect, it } from "vitest";
import { preview } from "./markdown";

function drawn(markdown: string): HTMLElement {
  const element = document.createElement("div");
  element.innerHTML = preview(markdown);
  return element;
}

it("draws headings, lists and tables", () => {
  const element = drawn("# Deals\n\n- one\n- two\n\n| a | b |\n| - | - |\n| 1 | 2 |");
  expect(element.querySelector("h1")?.textContent).toBe("Deals");
  expect(element.querySelectorAll("li")).toHaveLength(2);
  expect(element.querySelectorAll("td")).toHaveLength(2);
});

it("turns links and images into words that load and open nothing", () => {
  const element = drawn("[shop](https://shop.local/a) ![a cat](https://shop.local/cat.png)");
  expect(element.querySelector("a, img")).toBeNull();
  expect(element.querySelector("u")?.title).toBe("https://shop.local/a");
  expect(element.querySelector("samp")?.textContent).toBe("a cat");
});

it.each([
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '<div style="position:fixed;inset:0" class="cut">x</div>',
  "<iframe src=https://evil.local></iframe>",
  '[x](javascript:alert(1) "t")',
  '![x" onerror="alert(1)](y)',
  "<svg><style>*{display:none}</style></svg>",
])("shows %s as the text it is", (hostile) => {
  const element = drawn(hostile);
  expect(
    element.querySelector("script, img, iframe, svg, style, a, div, [style], [class], [onerror]"),
  ).toBeNull();
});
