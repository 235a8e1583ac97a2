import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import type { LiveViewer } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { Inspector } from "../state/inspector.svelte";
import { keyInput, modifiersOf, placeOn, textInputs, wheelPx } from "./hands";
import { LiveWatch } from "./liveWatch.svelte";
import { differ, glanceOf } from "./painter";

const frame = new Blob(["jpeg"]);

beforeEach(() => {
  const bitmap = { width: 1280, height: 800, close: vi.fn() };
  vi.stubGlobal(
    "createImageBitmap",
    vi.fn(() => Promise.resolve(bitmap)),
  );
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  localStorage.clear();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function open() {
  const fake = new FakeBackend();
  const options = { timeoutMinutes: 5, keepAlive: false, screenshot: true };
  const none = { maxDurationMinutes: null, viewportWidth: null, viewportHeight: null, userAgent: null };
  const { session } = fake.obey({
    type: "start_session",
    connection: "local",
    options: { ...options, ...none, locale: null, timezone: null, headers: [], proxy: null },
  });
  if (session === null) throw new Error("no session");
  fake.obey({ type: "observe", session, url: "http://shop.local/", maxActions: null });
  render(App, { model: new Inspector(fake) });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("tab", { name: "Live" }));
  const viewer = () => fake.viewers.at(-1) as LiveViewer;
  return { fake, user, session, viewer };
}
const strip = () => screen.getByRole("group", { name: "Live picture" });
const press = (name: RegExp | string) => within(strip()).getByRole("button", { name });

it("the live picture is watched behind a lock that says what watching and acting do", async () => {
  const { fake, user, viewer } = await open();
  expect(press("Take over")).toBeDisabled();
  viewer().onFrame(frame);
  await waitFor(() => expect(press("Take over")).toBeEnabled());
  expect(strip()).toHaveTextContent("watching moves no deadline");
  expect(strip()).toHaveTextContent("counts as use and moves the deadline to 5 min from then");
  await user.click(screen.getByTestId("live-picture"));
  expect(strip()).toHaveTextContent("The page is locked and takes no clicks. Take over to act on it.");
  expect(fake.acted).toEqual([]);
  await user.click(screen.getByRole("tab", { name: "Picture" }));
  expect(fake.viewers).toHaveLength(0);
});

it("taken over, keys, pasted and composed text go to the page until Shift Escape gives it back", async () => {
  const { fake, user, viewer } = await open();
  viewer().onFrame(frame);
  await waitFor(() => expect(press("Take over")).toBeEnabled());
  press("Take over").focus();
  await user.keyboard("{Enter}");
  viewer().onFrame(frame);
  await waitFor(() => expect(strip()).toHaveTextContent("You have taken over"));
  const page = screen.getByRole("textbox", { name: /The page, taken over/ });
  expect(page).toHaveFocus();
  await user.keyboard("a{Tab}");
  expect(page).toHaveFocus();
  await user.paste("from the clipboard");
  page.dispatchEvent(new CompositionEvent("compositionend", { data: "日本" }));
  await user.pointer([{ target: page, keys: "[MouseLeft]" }]);
  expect(fake.acted).toMatchObject(
    [
      { type: "key_down", key: "a", code: "KeyA" },
      { type: "key_up", key: "a" },
      { type: "key_down", key: "Tab" },
      { type: "key_up", key: "Tab" },
      { type: "text", text: "from the clipboard" },
      { type: "text", text: "日本" },
      { type: "mouse_move" },
      { type: "mouse_down", button: "left", clicks: 1 },
      { type: "mouse_up", button: "left", clicks: 1 },
    ].filter((input) => input.type !== "mouse_move" || fake.acted.some(({ type }) => type === "mouse_move")),
  );
  await user.keyboard("{Shift>}{Escape}{/Shift}");
  expect(screen.queryByRole("textbox", { name: /taken over/ })).toBeNull();
  // Shift is let go on the page, and nothing is said to the view that only watches.
  expect(fake.acted.slice(-2)).toMatchObject([
    { type: "key_down", key: "Shift" },
    { type: "key_up", key: "Shift" },
  ]);
  viewer().onFrame(frame);
  await waitFor(() => expect(strip()).toHaveTextContent("Locked"));
});

it("what is done before the first picture after taking over is done on the page, once and in order", async () => {
  const { fake, user, viewer } = await open();
  viewer().onFrame(frame);
  await waitFor(() => expect(press("Take over")).toBeEnabled());
  await user.click(press("Take over"));
  const page = screen.getByRole("textbox", { name: /The page, taken over/ });
  await user.pointer([{ target: page, keys: "[MouseLeft]" }]);
  await user.keyboard("ab");
  expect(fake.acted).toEqual([]);
  viewer().onFrame(frame);
  const keys = () => fake.acted.flatMap((input) => (input.type === "key_down" ? [input.key] : []));
  await waitFor(() => expect(keys()).toEqual(["a", "b"]));
  expect(fake.acted.some(({ type }) => type === "mouse_down")).toBe(true);
  viewer().onFrame(frame);
  await user.keyboard("c");
  expect(keys()).toEqual(["a", "b", "c"]);
});

it("what is done on a page that breaks off while it is taken over is not done later", async () => {
  const { fake, user, viewer } = await open();
  viewer().onFrame(frame);
  await waitFor(() => expect(press("Take over")).toBeEnabled());
  await user.click(press("Take over"));
  await user.keyboard("a");
  viewer().onEnd({ code: "unreachable", message: "it is gone", hint: null });
  await user.click(await screen.findByRole("button", { name: /now|again/i }));
  viewer().onFrame(frame);
  await waitFor(() => expect(strip()).toHaveTextContent("You have taken over"));
  expect(fake.acted).toEqual([]);
});

it("boxes that cannot be compared with what is shown are said to be of the last observe", async () => {
  const { viewer } = await open();
  viewer().onFrame(frame);
  await waitFor(() => expect(strip()).toHaveTextContent("The boxes are of the last observe."));
});

describe("a picture that breaks off", () => {
  it("is opened again by itself, and says so; news of the broken one are not believed", async () => {
    vi.useFakeTimers();
    const fake = new FakeBackend();
    const watch = new LiveWatch(fake, "s-1", () => 0);
    const stop = watch.start();
    const first = fake.viewers[0] as LiveViewer;
    first.onEnd({ code: "unreachable", message: "gone", hint: null });
    expect(watch.state).toMatchObject({ type: "waiting", at: 1000 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(fake.viewers).toHaveLength(1);
    first.onNews({ type: "viewport", width: 1, height: 1 });
    expect(watch.viewport).toBeNull();
    (fake.viewers[0] as LiveViewer).onEnd(null);
    expect(watch.state).toMatchObject({ type: "waiting", at: 2000 });
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fake.viewers).toHaveLength(0);
  });

  it("of an ended session does not come back", () => {
    const fake = new FakeBackend();
    const watch = new LiveWatch(fake, "s-1", () => 0);
    watch.start();
    fake.viewers[0]?.onEnd({ code: "session_ended", message: "the session has ended", hint: null });
    expect(watch.state.type).toBe("over");
  });

  it("is not watched, nor acted on, while the window is hidden", () => {
    const fake = new FakeBackend();
    const watch = new LiveWatch(fake, "s-1", () => 0);
    const stop = watch.start();
    watch.take(true);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    document.dispatchEvent(new Event("visibilitychange"));
    expect([watch.state.type, watch.acts, fake.viewers.length]).toEqual(["hidden", false, 0]);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    expect([watch.state.type, fake.viewers.length]).toEqual(["opening", 1]);
    stop();
  });
});

const held = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, isComposing: false };

it("a place on the picture is a place on the page, at any zoom and at the edges", () => {
  const shown = { left: 100, top: 50, width: 640, height: 400 };
  const page = { width: 1280, height: 800 };
  expect(placeOn({ clientX: 420, clientY: 250 }, shown, page)).toEqual({ x: 640, y: 400 });
  expect(placeOn({ clientX: 5000, clientY: -5 }, shown, page)).toEqual({ x: 1279, y: 0 });
  expect(placeOn({ clientX: 1, clientY: 1 }, { ...shown, width: 0, height: 0 }, page)).toEqual({
    x: 0,
    y: 0,
  });
});

it("keys that become text by another way are not sent as keys", () => {
  const key = (key: string, more = {}) =>
    keyInput("key_down", { ...held, key, code: "KeyV", ...more }, false);
  expect([key("Process"), key("Dead"), key("v", { ctrlKey: true }), key("a", { isComposing: true })]).toEqual(
    [null, null, null, null],
  );
  expect(key("a", { ctrlKey: true })).toMatchObject({ key: "a", modifiers: 2 });
  const at = { ...held, key: "@", code: "KeyQ", ctrlKey: true, altKey: true };
  expect(keyInput("key_down", at, true)).toMatchObject({ key: "@", modifiers: 0 });
  expect(modifiersOf({ altKey: true, ctrlKey: true, metaKey: true, shiftKey: true })).toBe(15);
});

it("a long text goes in parts and does not break a character", () => {
  const parts = textInputs("😀".repeat(30_000));
  expect(parts.map((part) => (part.type === "text" ? [...part.text].length : 0))).toEqual([20_000, 10_000]);
  expect(textInputs("")).toEqual([]);
  expect([wheelPx(3, 1, 800), wheelPx(1, 2, 800), wheelPx(9, 0, 800)]).toEqual([48, 800, 9]);
});

it("a caret is no other page, a menu is", () => {
  const page = new Uint8Array(1440).fill(255);
  const change = (n: number) => page.map((spot, i) => (i < n ? 0 : spot));
  expect([differ(page, change(4)), differ(page, change(60))]).toEqual([false, true]);
});

/** What every picture looks like; one context reads them all. */
let grey = 200;

/** Pictures decode, but for the one that is gone; nothing can be fetched. */
function pictures(): { asked: string[] } {
  const asked: string[] = [];
  vi.stubGlobal(
    "Image",
    class {
      crossOrigin: string | null = null;
      src = "";
      decode() {
        asked.push(`${this.src} ${this.crossOrigin}`);
        return this.src === "gone" ? Promise.reject(new Error("gone")) : Promise.resolve();
      }
    },
  );
  const context = {
    drawImage: vi.fn(),
    getImageData: (_x: number, _y: number, width: number, height: number) => ({
      data: new Uint8ClampedArray(width * height * 4).fill(grey),
    }),
  };
  vi.mocked(HTMLCanvasElement.prototype.getContext).mockReturnValue(context as never);
  vi.stubGlobal("fetch", () => Promise.reject(new Error("the window's policy forbids it")));
  return { asked };
}

describe("the picture of the last observe", () => {
  it("is decoded as an image that may be read, for the policy of the window lets nothing fetch it", async () => {
    const { asked } = pictures();
    expect((await glanceOf("picture://localhost/ab12"))?.[0]).toBeCloseTo(200, -1);
    expect(asked).toEqual(["picture://localhost/ab12 anonymous"]);
    expect(await glanceOf("gone")).toBeNull();
  });

  it("is compared with what is shown: the boxes hold until the page looks different, and again when it is back", async () => {
    pictures();
    const fake = new FakeBackend();
    const watch = new LiveWatch(fake, "s-1", () => 0);
    const stop = watch.start();
    const off = watch.painter.on(document.createElement("canvas"));
    expect(watch.moved).toBe(true);
    await watch.compareWith("ab12");
    expect(watch.moved).toBe(false);
    const show = async (to: number) => {
      grey = to;
      fake.viewers[0]?.onFrame(frame);
      await vi.waitFor(() => expect(watch.state.type).toBe("showing"));
      await watch.painter.paint(frame);
    };
    await show(200);
    expect(watch.moved).toBe(false);
    await show(20);
    await vi.waitFor(() => expect(watch.moved).toBe(true));
    await show(200);
    await vi.waitFor(() => expect(watch.moved).toBe(false));
    await watch.compareWith(null);
    expect(watch.moved).toBe(true);
    off();
    stop();
  });

  it("is the newest one, whichever is there first", async () => {
    pictures();
    const watch = new LiveWatch(new FakeBackend(), "s-1", () => 0);
    const first = watch.compareWith("gone");
    const second = watch.compareWith("ab12");
    await Promise.all([second, first]);
    expect(watch.moved).toBe(false);
  });
});
