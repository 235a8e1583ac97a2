import { describe, expect, it } from "vitest";
import { actionOf } from "../backend/fakePages";
import { crowdedActions, stackedActions } from "../backend/fakePageScenes";
import { boxAfter, boxesAt, fit, kindOf, placeBoxes, seenSize } from "./geometry";
import { nextZoom, zoomOfKey } from "./zoom";

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

  it("are left out when a frame or a box that scrolls has them out of view", () => {
    const inside = at("L1", 10, 10, 50, 20);
    const rolled = { ...inside, box: inside.box && { ...inside.box, out_of_view: true } };
    expect(placeBoxes([rolled], seen, 1)).toEqual([]);
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

it("tags never cover each other, and are left out where the picture is small", () => {
  const tags = placeBoxes(crowdedActions(300), seen, 1).filter(({ tagged }) => tagged);
  expect(tags.length).toBeGreaterThan(0);
  const at = ({ left, top, height, tag }: (typeof tags)[number]) => ({
    x: left * seen.width,
    y: top * seen.height + (tag === "above" ? -12 : tag === "below" ? height * seen.height : 0),
  });
  for (const [i, one] of tags.entries()) {
    if (one.tag !== "above" && one.tag !== "below") continue;
    for (const other of tags.slice(i + 1)) {
      if (other.tag !== "above" && other.tag !== "below") continue;
      const [a, b] = [at(one), at(other)];
      expect(Math.abs(a.x - b.x) >= 16 || Math.abs(a.y - b.y) >= 11.9).toBe(true);
    }
  }
  expect(placeBoxes(stackedActions, seen, 0.2).some(({ tagged }) => tagged)).toBe(false);
});

it("two thousand boxes are placed within a frame or two", () => {
  const actions = crowdedActions(2000);
  placeBoxes(actions, seen, 1);
  const before = performance.now();
  placeBoxes(actions, seen, 1);
  expect(performance.now() - before).toBeLessThan(200);
});

it("all boxes at a place are found, the smallest first", () => {
  const boxes = placeBoxes(stackedActions, seen, 1);
  const ids = (x: number, y: number) =>
    boxesAt(boxes, x / seen.width, y / seen.height).map(({ action }) => action.id);
  expect(ids(250, 430)).toEqual(["B1", "L2", "L1"]);
  expect(ids(110, 110)).toEqual(["L1"]);
  expect(ids(10, 10)).toEqual([]);
});

it("the arrows go through the boxes in the order of the observation", () => {
  const boxes = placeBoxes(stackedActions, seen, 1);
  const after = (id: string | null, by: number) => boxAfter(boxes, id, by)?.action.id;
  expect([after(null, 0), after("L1", 1), after("L2", 1), after("L1", -1), after("B1", 99)]).toEqual([
    "L1",
    "L2",
    "B1",
    "L1",
    "I1",
  ]);
});

it("zooming goes through scales that people have names for, and stays at the ends", () => {
  expect([nextZoom(0.62, "in"), nextZoom(0.62, "out"), nextZoom(1, "in"), nextZoom(4, "in")]).toEqual([
    0.67, 0.5, 1.25, 4,
  ]);
  expect([zoomOfKey("0", 2), zoomOfKey("1", 2), zoomOfKey("-", 2), zoomOfKey("x", 2)]).toEqual([
    "fit",
    1,
    1.5,
    null,
  ]);
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
