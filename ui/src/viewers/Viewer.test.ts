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

it("a large text is shown a part at a time, and saved whole", async () => {
  const onsave = vi.fn();
  const text = Array.from({ length: 200_000 }, (_, at) => `line ${at}`).join("\n");
  const { container, rerender } = render(Viewer, { text, language: "text", label: "Text", onsave });
  expect(screen.getByRole("status")).toHaveTextContent("Part 1 of 5");
  expect(content(container)?.textContent).toContain("line 0");
  expect(screen.getByRole("button", { name: "Previous part" })).toBeDisabled();
  const next = screen.getByRole("button", { name: "Next part" });
  await userEvent.click(next);
  expect(screen.getByRole("status")).toHaveTextContent("Part 2 of 5");
  expect(content(container)?.textContent).not.toContain("line 0");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(onsave).toHaveBeenCalledOnce();
  await rerender({ text: `other\n${text}` });
  expect(screen.getByRole("status")).toHaveTextContent("Part 1 of 5");
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
