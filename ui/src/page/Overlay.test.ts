import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { stackedActions } from "../backend/fakePageScenes";
import { placeBoxes } from "./geometry";
import Overlay from "./Overlay.svelte";

const seen = { width: 1280, height: 800 };
const boxes = placeBoxes(stackedActions, seen, 1);

beforeEach(() => {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue({
    ...{ x: 0, y: 0, left: 0, top: 0, right: 1280, bottom: 800 },
    ...seen,
    toJSON: () => null,
  });
});
afterEach(() => vi.restoreAllMocks());

function open(chosenId: string | null = null) {
  const onchoose = vi.fn();
  const onhover = vi.fn();
  const view = render(Overlay, { boxes, chosenId, hoveredId: null, onchoose, onhover });
  return { onchoose, onhover, view, user: userEvent.setup() };
}
const box = (name: RegExp) => screen.getByRole("button", { name });
const clickAt = (user: ReturnType<typeof userEvent.setup>, target: Element, x: number, y: number) =>
  user.pointer([{ target, coords: { clientX: x, clientY: y }, keys: "[MouseLeft]" }]);

it("a click where several boxes lie takes the smallest and lists all of them", async () => {
  const { onchoose, user } = open();
  await clickAt(user, box(/^B1/), 250, 430);
  expect(onchoose).toHaveBeenCalledWith("B1");
  const menu = screen.getByRole("menu", { name: /3 actions at this place/ });
  expect(
    within(menu)
      .getAllByRole("menuitemradio")
      .map((item) => item.getAttribute("aria-label")),
  ).toEqual(["B1 Click Add to cart", "L2 Open Nova 14, card", "L1 Open Consent layer"]);
  await user.click(within(menu).getByRole("menuitemradio", { name: /^L1/ }));
  expect(onchoose).toHaveBeenLastCalledWith("L1");
  expect(screen.queryByRole("menu")).toBeNull();
});

it("clicking again at the same place goes to the next one", async () => {
  const { onchoose, user, view } = open();
  await clickAt(user, box(/^B1/), 250, 430);
  await view.rerender({ chosenId: "B1" });
  await clickAt(user, box(/^B1/), 250, 430);
  expect(onchoose).toHaveBeenLastCalledWith("L2");
  await view.rerender({ chosenId: "L1" });
  await clickAt(user, box(/^B1/), 250, 430);
  expect(onchoose).toHaveBeenLastCalledWith("B1");
});

it("a click where one box lies lists nothing", async () => {
  const { onchoose, user } = open();
  await clickAt(user, box(/^L1/), 110, 110);
  expect(onchoose).toHaveBeenCalledWith("L1");
  expect(screen.queryByRole("menu")).toBeNull();
});

it("the keyboard has one stop, goes from box to box, and opens the list of a place", async () => {
  const { onchoose, onhover, user } = open();
  await user.tab();
  expect(box(/^L1/)).toHaveFocus();
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(box(/^B1/)).toHaveFocus();
  expect(onhover).toHaveBeenLastCalledWith("B1");
  await user.keyboard("{Enter}");
  expect(onchoose).toHaveBeenLastCalledWith("B1");
  await user.keyboard("{Shift>}{F10}{/Shift}");
  const items = within(screen.getByRole("menu")).getAllByRole("menuitemradio");
  expect(items[0]).toHaveFocus();
  await user.keyboard("{ArrowDown}{Enter}");
  expect(onchoose).toHaveBeenLastCalledWith("L2");
  await user.keyboard("{Shift>}{F10}{/Shift}{Escape}");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(box(/^L2/)).toHaveFocus();
});

it("pointing at a box and leaving it is told", async () => {
  const { onhover, user } = open();
  await user.hover(box(/^B2/));
  expect(onhover).toHaveBeenLastCalledWith("B2");
  await user.unhover(screen.getByRole("group", { name: "Actions on the page" }));
  expect(onhover).toHaveBeenLastCalledWith(null);
});
