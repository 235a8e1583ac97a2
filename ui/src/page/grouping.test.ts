import { expect, it } from "vitest";
import { actionOf, specialActions } from "../backend/fakePages";
import { everything, groupOf, linesOf, moveChoice, noteOf, type Looking } from "./grouping";

const actions = [
  actionOf("L1", "Deals", "Navigation", "link", null),
  actionOf("B1", "In stock", "Filters", "checkbox", null),
  actionOf("L2", "Laptops", "Navigation", "link", null),
];

const page = {
  actions,
  specialActions,
  newIds: ["L2"],
  changedIds: ["B1"],
  gone: [actionOf("L9", "Sale", "Navigation", "link", null)],
};
const keysOf = (looking: Partial<Looking>) =>
  linesOf(page, { ...everything, ...looking }).map((line) => line.key);

it("actions stand in their category, in the order the page has them, the browser's own last", () => {
  const keys = keysOf({});
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
  expect(keysOf({ filter: "stock B1" })).toEqual(["heading Filters", "B1"]);
  expect(keysOf({ filter: 'data-n="L2"' })).toEqual(["heading Navigation", "L2"]);
  expect(keysOf({ filter: "nothing like this" })).toEqual([]);
});

it("the arrow keys skip headings and stop at the ends", () => {
  const lines = linesOf({ ...page, specialActions: [] }, everything);
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

it("what is new, changed and gone is listed by itself; what is gone cannot be chosen", () => {
  expect(keysOf({ change: "new" })).toEqual(["heading Navigation", "L2"]);
  expect(keysOf({ change: "changed" })).toEqual(["heading Filters", "B1"]);
  expect(keysOf({ change: "gone" })).toEqual(["heading Navigation", "gone L9"]);
  expect(moveChoice(linesOf(page, { ...everything, change: "gone" }), null, 1)).toBeNull();
});

it("a kind is listed by itself", () => {
  expect(keysOf({ kind: "button" })).toEqual(["heading Filters", "B1"]);
  expect(keysOf({ kind: "special" })).toHaveLength(9);
});

it("a folded group keeps its heading and count, and a filter looks into it", () => {
  const [heading] = linesOf(page, { ...everything, folded: ["Navigation"] });
  expect(heading).toMatchObject({ title: "Navigation", count: 2, folded: true });
  expect(keysOf({ folded: ["Navigation"], filter: "deals" })).toEqual(["heading Navigation", "L1"]);
  expect(groupOf(page, "L2")).toBe("Navigation");
  expect(groupOf(page, "L77")).toBeNull();
});

it("ten thousand actions are grouped at once", () => {
  const many = Array.from({ length: 10_000 }, (_, i) =>
    actionOf(`L${i}`, `Row ${i}`, `G${i % 40}`, "link", null),
  );
  const before = performance.now();
  expect(linesOf({ ...page, actions: many }, { ...everything, filter: "row 99" })).not.toHaveLength(0);
  expect(performance.now() - before).toBeLessThan(1000);
});
