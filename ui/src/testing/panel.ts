import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect } from "vitest";
import App from "../App.svelte";
import type { Observation } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { emptySnapshot } from "../backend/fakePages";
import { plainStart } from "../sessions/newSession";
import { Inspector, type Tab } from "../state/inspector.svelte";

const SESSION = "s-0001";

/** The window with one session whose page was observed, and a panel open. */
export async function openPanel(tab: Tab, change: Partial<Observation> = {}) {
  const fake = new FakeBackend(emptySnapshot());
  fake.obey({ type: "start_session", connection: "local", options: plainStart });
  fake.obey({ type: "observe", session: SESSION, url: "http://shop.local/", maxActions: null });
  const detail = fake.details.get(SESSION);
  if (detail?.observation) detail.observation = { ...detail.observation, ...change };
  fake.sent.length = 0;
  const model = new Inspector(fake);
  render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  model.select(SESSION);
  model.show(tab);
  await waitFor(() => expect(model.detail?.loaded).toBe(true));
  return { fake, model, user: userEvent.setup() };
}

export const press = (name: string | RegExp) => screen.getByRole("button", { name });

/** What stands in the options of a list. */
export const optionsOf = (list: HTMLElement): string[] =>
  within(list)
    .getAllByRole("option")
    .map((option) => option.textContent.replace(/\s+/g, " ").trim());
