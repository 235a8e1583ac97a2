import { expect, it } from "vitest";
import { addressOf, balanceText, creditsText, hostOf, plural, sentence, sizeText, tookText } from "./format";

it("credits have one decimal, a balance only when it needs one", () => {
  expect(creditsText(14.2)).toBe("14.2");
  expect(creditsText(8)).toBe("8.0");
  expect(balanceText(7412)).toBe("7,412");
  expect(balanceText(9998.8)).toBe("9,998.8");
});

it("durations and sizes read like words", () => {
  expect([tookText(96.4), tookText(999), tookText(1940)]).toEqual(["96 ms", "999 ms", "1.9 s"]);
  expect([sizeText(12), sizeText(18_000), sizeText(2_400_000)]).toEqual(["12 B", "18 KB", "2.4 MB"]);
  expect([plural(1, "action"), plural(214, "action")]).toEqual(["1 action", "214 actions"]);
});

it("a sentence gets its capital and its full stop once", () => {
  expect(sentence("nobody answers at 127.0.0.1")).toBe("Nobody answers at 127.0.0.1.");
  expect(sentence("Done.")).toBe("Done.");
  expect(sentence("http://a.b/ did not answer")).toBe("http://a.b/ did not answer.");
  expect(sentence("  ")).toBe("");
});

it.each([
  ["example.org/a", "https://example.org/a"],
  ["localhost:3000", "http://localhost:3000"],
  ["127.0.0.1:8080/x", "http://127.0.0.1:8080/x"],
  ["shop.local/search", "http://shop.local/search"],
  ["http://a.b", "http://a.b"],
  ["about:blank", "about:blank"],
  ["  ", ""],
])("the address meant by %j is %j", (typed, meant) => {
  expect(addressOf(typed)).toBe(meant);
});

it("the host of what is no address is what was typed", () => {
  expect(hostOf("http://shop.local:81/x")).toBe("shop.local:81");
  expect(hostOf("nonsense")).toBe("nonsense");
});
