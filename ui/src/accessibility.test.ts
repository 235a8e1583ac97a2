import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import App from "./App.svelte";
import { sceneOf } from "./backend/fakeScenes";
import { fakeStart } from "./backend/fakeWindow";
import { Frame } from "./state/frame.svelte";
import { Inspector } from "./state/inspector.svelte";

beforeEach(() => localStorage.clear());
afterEach(() => vi.useRealTimers());

/** What needs pixels, or a whole document, is looked at in a real browser. */
const rules = {
  "color-contrast": { enabled: false },
  "document-title": { enabled: false },
  "html-has-lang": { enabled: false },
};

async function problemsOf(address: string): Promise<string[]> {
  const search = new URLSearchParams(address);
  const model = new Inspector(sceneOf(search), search.has("browser"));
  const frame = new Frame();
  render(App, { model, frame });
  await screen.findByRole("banner");
  fakeStart(search, model, frame);
  await tick();
  await new Promise((resolve) => requestAnimationFrame(resolve));
  const { violations } = await axe.run(document.body, { rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

it.each([
  "fake=empty",
  "fake=first",
  "fake=loading",
  "fake=full",
  "fake=crowd",
  "fake=down",
  "fake=lost",
  "fake=running",
  "fake=unreachable",
  "fake=full&screen=usage",
  "fake=full&screen=billing",
  "fake=flows&screen=flows",
  "fake=full&screen=history",
  "fake=full&screen=compare",
  "fake=full&screen=log",
  "fake=full&screen=settings",
  "fake=full&screen=settings&browser=1",
  "fake=full&palette=1",
  "fake=full&bell=1",
  "fake=full&ask=new_session",
  "fake=full&ask=close_all",
  "fake=full&ask=quit",
  "fake=full&ask=show_session",
  "fake=full&open=add_connection",
  "fake=full&open=report",
])("roles and names are right: %s", { timeout: 30_000 }, async (address) => {
  expect(await problemsOf(address)).toEqual([]);
});

it("the editor of flows has names and roles too", { timeout: 30_000 }, async () => {
  const model = new Inspector(sceneOf(new URLSearchParams("fake=flows")));
  render(App, { model, frame: new Frame() });
  await screen.findByRole("banner");
  model.screen = "flows";
  await userEvent.click(await screen.findByRole("option", { name: /Buy tea/ }));
  await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
  for (const part of [/The flow itself/, /Fill Search/]) {
    await userEvent.click(await screen.findByRole("option", { name: part }));
    const { violations } = await axe.run(document.body, { rules, resultTypes: ["violations"] });
    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
  }
});
