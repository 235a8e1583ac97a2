import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Outcome } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { emptySnapshot } from "../backend/fakePages";
import { Inspector } from "../state/inspector.svelte";
import StartSession from "./StartSession.svelte";
import { plainStart } from "./newSession";

function open(change: (fake: FakeBackend) => void = () => undefined) {
  const fake = new FakeBackend(emptySnapshot());
  change(fake);
  const model = new Inspector(fake);
  onTestFinished(model.start());
  const onclose = vi.fn();
  render(StartSession, { model, onclose });
  return { fake, model, onclose, user: userEvent.setup() };
}

const field = (name: string) => screen.getByLabelText(name);
const press = (name: string) => screen.getByRole("button", { name });

it("every option is sent as it was typed", async () => {
  const { fake, user, onclose } = open();
  await user.click(screen.getByText("More options"));
  await user.selectOptions(field("Viewport"), "Phone, 390 × 844");
  await user.type(field("Locale"), "de-DE");
  await user.type(field("Time zone"), "Europe/Berlin");
  await user.type(field("Longest life in minutes"), "60");
  await user.type(field("User agent"), "Robot/1");
  await user.click(press("Add a header"));
  await user.type(field("Name of header 1"), "X-Team");
  await user.type(field("Value of header 1"), "scrapers");
  await user.type(field("Proxy"), "socks5://proxy.local:1080");
  await user.type(field("Password at the proxy"), "pw");
  await user.click(press("Start session"));
  expect(fake.sent[0]).toEqual({
    type: "start_session",
    connection: "local",
    options: {
      ...plainStart,
      maxDurationMinutes: 60,
      viewportWidth: 390,
      viewportHeight: 844,
      userAgent: "Robot/1",
      locale: "de-DE",
      timezone: "Europe/Berlin",
      headers: [{ name: "X-Team", value: "scrapers" }],
      proxy: { server: "socks5://proxy.local:1080", username: null, password: "pw", bypass: null },
    },
  });
  await waitFor(() => expect(onclose).toHaveBeenCalled());
});

it("a problem among the folded options unfolds them and stands at its field", async () => {
  const { fake, user } = open();
  await user.click(screen.getByText("More options"));
  await user.type(field("Time zone"), "Mars/Base");
  await user.click(screen.getByText("More options"));
  await user.click(press("Start session"));
  expect(field("Time zone")).toHaveAccessibleDescription(/There is no such time zone/);
  await waitFor(() => expect(field("Time zone").closest("details")?.open).toBe(true));
  expect(fake.sent).toEqual([]);
});

it("options that a server does not take are shown disabled, with the reason, and not sent", async () => {
  const { fake, user } = open((fake) => {
    fake.snapshot.connections = fake.snapshot.connections.map((known) => ({
      ...known,
      name: "Cloud",
      can: { ...known.can, startOptions: false },
    }));
  });
  await user.click(screen.getByText("More options"));
  expect(screen.getByText(/Cloud takes a timeout, keep-alive and screenshots only/)).toBeVisible();
  expect(field("Locale")).toBeDisabled();
  await user.click(press("Start session"));
  expect(fake.sent[0]).toMatchObject({ options: plainStart });
});

it("a preset is saved, chosen, overwritten and deleted, and its secrets are not kept", async () => {
  const { fake, model, user } = open();
  await user.click(screen.getByText("More options"));
  await user.type(field("Proxy"), "http://proxy.local");
  await user.type(field("Password at the proxy"), "hush");
  await user.clear(field("Timeout in minutes"));
  await user.type(field("Timeout in minutes"), "20");
  await user.click(press("Save as"));
  expect(field("Name of the preset")).toHaveAccessibleDescription(/Not kept: the proxy's password/);
  await user.type(field("Name of the preset"), "Slow pages{Enter}");
  await waitFor(() => expect(model.world.settings?.presets).toHaveLength(1));
  expect(JSON.stringify(fake.sent)).not.toContain("hush");
  expect(field("Preset")).toHaveValue("Slow pages");

  await user.selectOptions(field("Preset"), "");
  await user.clear(field("Timeout in minutes"));
  await user.type(field("Timeout in minutes"), "3");
  await user.selectOptions(field("Preset"), "Slow pages");
  expect(field("Timeout in minutes")).toHaveValue("20");
  expect(field("Password at the proxy")).toHaveValue("");

  await user.click(press("Save as"));
  await user.click(press("Replace preset"));
  expect(model.world.settings?.presets).toHaveLength(1);
  await user.click(press("Delete"));
  await user.click(press("Delete preset"));
  await waitFor(() => expect(model.world.settings?.presets).toEqual([]));
});

it("a start that takes long says so, and an abandoned one is closed as soon as it is there", async () => {
  let finish: (outcome: Outcome) => void = () => undefined;
  const { fake, model, user, onclose } = open((fake) =>
    fake.on("start_session", () => new Promise((resolve) => (finish = resolve))),
  );
  await user.click(press("Start session"));
  expect(await screen.findByRole("status")).toHaveTextContent("Starting a browser");
  await user.click(press("Abandon"));
  expect(onclose).toHaveBeenCalled();
  const command = fake.sent[0];
  if (command?.type !== "start_session") throw new Error("nothing was started");
  finish(fake.obey(command));
  await waitFor(() => expect(fake.sent.at(-1)).toMatchObject({ type: "close_session" }));
  expect(model.selectedId).toBeNull();
});

it("a start that fails says why in the form, which stays", async () => {
  const { user, onclose } = open((fake) =>
    fake.on("start_session", () => Promise.reject({ code: "no_browser", message: "no browser", hint: null })),
  );
  await user.click(press("Start session"));
  expect(within(await screen.findByRole("alert")).getByText(/No browser/)).toBeVisible();
  expect(onclose).not.toHaveBeenCalled();
});
