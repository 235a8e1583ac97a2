import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeAll, expect, it, vi } from "vitest";
import * as editor from "./editor";
import Viewer from "./Viewer.svelte";

beforeAll(() => {
  // jsdom lays nothing out.
  Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
});

const shadow = (container: HTMLElement) => container.querySelector(".code")?.shadowRoot;
const content = (container: HTMLElement) => shadow(container)?.querySelector(".cm-content");

it("a text is shown as the text it is, to be read and not to be changed", () => {
  const hostile = '<script>alert(1)</script><img src=x onerror="alert(1)">';
  const { container } = render(Viewer, { text: hostile, language: "html", label: "HTML" });
  expect(content(container)?.textContent).toBe(hostile);
  expect(shadow(container)?.querySelector("script, img")).toBeNull();
  expect(content(container)).toHaveAccessibleName("HTML");
  expect(content(container)).toHaveAttribute("aria-readonly", "true");
});

it("search opens inside of the viewer and offers no replacing", async () => {
  const { container } = render(Viewer, { text: "one two", language: "text", label: "Text" });
  await userEvent.click(screen.getByRole("button", { name: "Search" }));
  expect(shadow(container)?.querySelector("input[name=search]")).not.toBeNull();
  expect(shadow(container)?.querySelector("input[name=replace]")).toBeNull();
});

it("a value folds to its keys and unfolds again", async () => {
  const text = JSON.stringify({ page: { title: "Deals" }, tags: ["a", "b"] }, null, 2);
  const { container } = render(Viewer, { text, language: "json", label: "JSON" });
  await userEvent.click(screen.getByRole("button", { name: "Fold all" }));
  expect(content(container)?.textContent).toContain("tags");
  expect(content(container)?.textContent).not.toContain("Deals");
  await userEvent.click(screen.getByRole("button", { name: "Unfold all" }));
  expect(content(container)?.textContent).toContain("Deals");
});

it("more than two megabytes are drawn only when asked for, and can be saved without", async () => {
  const onsave = vi.fn();
  const { container } = render(Viewer, {
    text: "x\n".repeat(1_000_001),
    language: "text",
    label: "Text",
    onsave,
  });
  expect(content(container)).toBeUndefined();
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(onsave).toHaveBeenCalledOnce();
  await userEvent.click(screen.getByRole("button", { name: "Show it anyway" }));
  expect(content(container)).not.toBeNull();
});

it("a viewer that breaks says so in its own place", () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(editor, "read").mockImplementation(() => {
    throw new Error("no shadow root here");
  });
  render(Viewer, { text: "one", language: "text", label: "Markdown" });
  expect(screen.getByRole("alert")).toHaveTextContent("Markdown failed");
  expect(screen.getByRole("button", { name: "Reload it" })).toBeVisible();
  vi.restoreAllMocks();
});
