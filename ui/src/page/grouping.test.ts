import { expect, it } from "vitest";
import { actionOf, specialActions } from "../backend/fakePages";
import { linesOf, moveChoice, noteOf } from "./grouping";

const actions = [
  actionOf("L1", "Deals", "Navigation", "link", null),
  actionOf("B1", "In stock", "Filters", "checkbox", null),
  actionOf("L2", "Laptops", "Navigation", "link", null),
];

it("actions stand in their category, in the order the page has them, the browser's own last", () => {
  const keys = linesOf(actions, specialActions, "").map((line) => line.key);
  expect(keys.slice(0, 6)).toEqual([
    "heading Navigation",
    "L1",
    "L2",
    "heading Filters",
    "B1",
    "heading Browser",
  ]);
  expect(keys).toHaveLength(14);
});

it("a filter keeps what has every word, and no empty heading", () => {
  expect(linesOf(actions, specialActions, "stock B1").map((line) => line.key)).toEqual([
    "heading Filters",
    "B1",
  ]);
  expect(linesOf(actions, specialActions, "nothing like this")).toEqual([]);
});

it("the arrow keys skip headings and stop at the ends", () => {
  const lines = linesOf(actions, [], "");
  expect(moveChoice(lines, null, 1)).toBe("L1");
  expect(moveChoice(lines, null, -1)).toBe("B1");
  expect(moveChoice(lines, "L2", 1)).toBe("B1");
  expect(moveChoice(lines, "B1", 1)).toBe("B1");
  expect(moveChoice(lines, "L1", -10)).toBe("L1");
  expect(moveChoice([], null, 1)).toBeNull();
});

it("the note says the state, and does not repeat the label", () => {
  const state = { checked: true, expanded: null, value: null, required: false, options: [] };
  expect(noteOf(actionOf("B1", "In stock", "Filters", "checkbox", null, { state }))).toBe("checked");
  expect(noteOf(actionOf("L1", "Deals", "Navigation", "link", null))).toBe("");
});
