import { expect, it } from "vitest";
import { keysOf, shortcutOf } from "./shortcuts";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

it("Ctrl is the key of most machines, Cmd the key of a Mac", () => {
  expect(shortcutOf(press("n", { ctrlKey: true }), false)).toBe("new_session");
  expect(shortcutOf(press("n", { metaKey: true }), true)).toBe("new_session");
  expect(shortcutOf(press("n", { ctrlKey: true }), true)).toBeNull();
  expect(shortcutOf(press("Enter", { ctrlKey: true }), false)).toBe("run");
});

it("plain keys, and those with more held, are left to the page", () => {
  expect(shortcutOf(press("n"), false)).toBeNull();
  expect(shortcutOf(press("n", { ctrlKey: true, shiftKey: true }), false)).toBeNull();
  expect(shortcutOf(press("l", { ctrlKey: true, altKey: true }), false)).toBeNull();
});

it("a browser keeps Ctrl-N, so Alt-N works and is shown there", () => {
  expect(shortcutOf(press("n", { altKey: true }), false)).toBe("new_session");
  expect(keysOf("new_session", true, false)).toBe("Alt N");
  expect(keysOf("new_session", false, false)).toBe("Ctrl N");
  expect(keysOf("run", false, true)).toBe("⌘ ⏎");
});
