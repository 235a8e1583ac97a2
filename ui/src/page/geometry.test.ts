import { describe, expect, it } from "vitest";
import { actionOf } from "../backend/fakePages";
import { allTagged, fit, kindOf, placeBoxes, seenSize } from "./geometry";

const seen = { width: 1280, height: 800 };
const at = (id: string, x: number, y: number, width: number, height: number) =>
  actionOf(id, id, "Page", "link", [x, y, width, height]);

describe("the boxes on the picture", () => {
  it("lie where the page said, as fractions of what is seen", () => {
    const [box] = placeBoxes([at("L1", 320, 200, 128, 80)], seen, 1);
    expect(box).toMatchObject({ left: 0.25, top: 0.25, width: 0.1, height: 0.1, tag: "above" });
  });

  it("are left out when they are outside of what is seen", () => {
    const outside = [
      at("L1", 0, 800, 50, 20),
      at("L2", -60, 0, 50, 20),
      at("L3", 1280, 10, 9, 9),
      at("L4", 0, -30, 5, 20),
    ];
    expect(placeBoxes(outside, seen, 1)).toEqual([]);
  });

  it("are cut at the edges of what is seen", () => {
    const [box] = placeBoxes([at("L1", -64, 760, 128, 80)], seen, 1);
    expect(box).toMatchObject({ left: 0, top: 0.95, width: 0.05, height: 0.05 });
  });

  it("are left out without a size, a place, or with figures that are none", () => {
    const bad = [
      at("L1", 1, 1, 0, 9),
      actionOf("L2", "x", "Page", "link", null),
      at("L3", Number.NaN, 1, 5, 5),
    ];
    expect(placeBoxes(bad, seen, 1)).toEqual([]);
    expect(placeBoxes([at("L4", 1, 1, 5, 5)], { width: 0, height: 0 }, 1)).toEqual([]);
  });

  it("have the smallest on top, which is last", () => {
    const ids = placeBoxes(
      [at("L1", 10, 20, 10, 10), at("L2", 0, 0, 500, 500), at("L3", 5, 15, 50, 50)],
      seen,
      1,
    );
    expect(ids.map(({ action }) => action.id)).toEqual(["L2", "L3", "L1"]);
  });

  it("have their tag on the left in a stack, where it would hide the words of the box above", () => {
    const stack = [at("L1", 100, 100, 80, 14), at("L2", 100, 116, 80, 14), at("L3", 4, 132, 200, 14)];
    const tags = Object.fromEntries(placeBoxes(stack, seen, 1).map(({ action, tag }) => [action.id, tag]));
    expect(tags).toEqual({ L1: "above", L2: "left", L3: "above" });
  });

  it("have their tag below where the screen has no room above", () => {
    expect(placeBoxes([at("L1", 0, 20, 9, 9)], seen, 1)[0]?.tag).toBe("above");
    expect(placeBoxes([at("L1", 0, 20, 9, 9)], seen, 0.5)[0]?.tag).toBe("below");
  });
});

it("tags are left out where they would hide the page", () => {
  expect([allTagged(60, 0.5), allTagged(61, 0.5), allTagged(5, 0.2)]).toEqual([true, false, false]);
});

describe("the picture", () => {
  it("fits into its room and is never enlarged", () => {
    expect(fit(seen, { width: 640, height: 800 })).toEqual({ width: 640, height: 400, scale: 0.5 });
    expect(fit(seen, { width: 9000, height: 9000 }).scale).toBe(1);
    expect(fit(seen, { width: 0, height: 0 })).toEqual({ width: 0, height: 0, scale: 0 });
  });

  it("has the size of the viewport, else its own", () => {
    const viewport = {
      scroll_x: 0,
      scroll_y: 0,
      viewport_width: 800,
      viewport_height: 600,
      total_width: 1,
      total_height: 1,
    };
    expect(seenSize(viewport, { width: 1600, height: 1200 })).toEqual({ width: 800, height: 600 });
    expect(seenSize(null, { width: 1600, height: 1200 })).toEqual({ width: 1600, height: 1200 });
  });
});

it("the first letter of an id says what an action is", () => {
  expect(["L1", "B2", "I3", "S4", "?"].map(kindOf)).toEqual([
    "link",
    "button",
    "input",
    "special",
    "special",
  ]);
});
