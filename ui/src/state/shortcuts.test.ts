import { afterEach, expect, it } from "vitest";
import { chordOf, chordProblem, chordText } from "./chords";
import { commandIds } from "./commands";
import { keymap } from "./keymap.svelte";
import { chordFor, conflictOf, defaultChord, keysOf, shortcutOf, titled, withChord } from "./shortcuts";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {},
  code = "",
) => ({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

afterEach(() => keymap.use({}, false));

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
  keymap.use({}, true);
  expect(shortcutOf(press("n", { altKey: true }), false)).toBe("new_session");
  expect(keysOf("new_session", true, false)).toBe("Alt N");
  expect(keysOf("new_session", false, false)).toBe("Ctrl N");
  expect(keysOf("run", false, true)).toBe("⌘ ⏎");
});

it("with Alt or Shift a letter goes by its place, whatever it writes", () => {
  expect(chordOf(press("å", { altKey: true }, "KeyA"), true)).toBe("Alt+A");
  expect(chordOf(press("!", { altKey: true, shiftKey: true }, "Digit1"), false)).toBe("Alt+Shift+1");
  expect(chordOf(press("Shift", { shiftKey: true }), false)).toBeNull();
  expect(chordText("Mod+Shift+K", false)).toBe("Ctrl Shift K");
});

it("keys that were set are heard and shown, and none means none", () => {
  keymap.use({ observe: "Mod+Shift+O", step: "" }, false);
  expect(shortcutOf(press("O", { ctrlKey: true, shiftKey: true }, "KeyO"), false)).toBe("observe");
  expect(shortcutOf(press("1", { ctrlKey: true }), false)).toBeNull();
  expect(shortcutOf(press("2", { ctrlKey: true }), false)).toBeNull();
  expect(titled("Step", "step")).toBe("Step");
  expect(titled("Observe", "observe")).toBe("Observe (Ctrl Shift O)");
});

it("a conflict is named, and the default is not written down", () => {
  expect(conflictOf("observe", "Mod+K")).toBe("palette");
  expect(conflictOf("palette", "Mod+K")).toBeNull();
  expect(withChord({ step: "Mod+9" }, "observe", "Mod+8")).toEqual({ step: "Mod+9", observe: "Mod+8" });
  expect(withChord({ observe: "Mod+8" }, "observe", "Mod+1")).toEqual({});
  expect(withChord({ observe: "Mod+8" }, "observe", null)).toEqual({});
});

it("keys that are needed for typing, or that browsers keep, are refused with the reason", () => {
  expect(chordProblem("K", false)).toMatch(/plain key/);
  expect(chordProblem("Mod+N", true)).toMatch(/Browsers keep/);
  expect(chordProblem("Mod+N", false)).toBeNull();
  expect(chordProblem("F5", false)).toBeNull();
});

it.each([true, false])("no two commands begin with the same keys (in a browser: %s)", (inBrowser) => {
  const chords = commandIds.map((id) => defaultChord(id, inBrowser)).filter(Boolean);
  expect(new Set(chords).size).toBe(chords.length);
  for (const chord of chords) expect(chordProblem(chord, inBrowser)).toBeNull();
});

it("what nobody changed has its default", () => {
  for (const id of commandIds) expect(chordFor(id)).toBe(defaultChord(id));
});
