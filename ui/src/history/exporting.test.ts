import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import App from "../App.svelte";
import type { Exported, Failure } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { historyScene, pastSession } from "../backend/fakeHistory";
import { emptySnapshot } from "../backend/fakePages";
import { Inspector } from "../state/inspector.svelte";

const exported: Exported = {
  bytes: 48_200,
  calls: 3,
  removed: [
    { kind: "a token", place: "page", times: 1 },
    { kind: "a cookie", place: "network", times: 12 },
  ],
  searchedFor: 4,
  tooShort: 2,
  leftOut: 0,
  pictures: 2,
};

async function open() {
  const fake = new FakeBackend(emptySnapshot());
  historyScene("full", fake);
  const model = new Inspector(fake);
  render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  model.screen = "history";
  const user = userEvent.setup();
  const list = await screen.findByRole("listbox", { name: "Kept sessions" });
  await user.click((await within(list).findAllByRole("option"))[2] as HTMLElement);
  await user.click(screen.getByRole("button", { name: "Export" }));
  const dialog = screen.getByRole("dialog", { name: "Export this session" });
  return { fake, model, user, dialog: within(dialog) };
}

it("an export says what was taken out before the file is saved by the session's name", async () => {
  const { fake, user, dialog } = await open();
  fake.on("export_past", () => ({
    session: null,
    call: null,
    connection: null,
    closed: [],
    probe: null,
    exported,
  }));
  await user.click(dialog.getByRole("checkbox", { name: "With pictures" }));
  await user.click(dialog.getByRole("button", { name: "Export" }));
  await dialog.findByText(/4 secrets searched for in all of it, and none is left/);
  expect(fake.sent.at(-1)).toMatchObject({ type: "export_past", pictures: false, form: "session_file" });
  const rows = dialog.getAllByRole("row").map((row) => row.textContent);
  expect(rows).toEqual(["Taken outFromTimes", "Cookiesthe network12", "Tokenstitles and addresses1"]);
  expect(dialog.getByText("2 pictures included; look at what can be read in them.")).toBeInTheDocument();
  await user.click(dialog.getByRole("button", { name: "Save file" }));
  await dialog.findByText(/^Saved as \/home\/me\/.*\.notex\.$/);
});

it("a session is written as a trace of Playwright when that is chosen, and saved under a name that says so", async () => {
  const { fake, user, dialog } = await open();
  fake.on("export_past", () => ({
    session: null,
    call: null,
    connection: null,
    closed: [],
    probe: null,
    exported,
  }));
  expect(dialog.getByRole("radio", { name: "Session file (.notex)" })).toBeChecked();
  await user.click(dialog.getByRole("radio", { name: "Playwright trace (.zip)" }));
  await user.click(dialog.getByRole("button", { name: "Export" }));
  await user.click(await dialog.findByRole("button", { name: "Save file" }));
  await dialog.findByText(/^Saved as \/home\/me\/.* trace\.zip\.$/);
  expect(fake.sent.at(-1)).toMatchObject({ type: "export_past", form: "playwright_trace" });
});

it("one that takes long shows how far it is, and is cancelled", async () => {
  const { fake, user, dialog, model } = await open();
  let stop: (failure: Failure) => void = () => undefined;
  fake.on("export_past", () => new Promise((_, reject) => (stop = reject)));
  fake.on("stop_export", () => {
    stop({ code: "cancelled", message: "The export was cancelled; no file was written.", hint: null });
    return { session: null, call: null, connection: null, closed: [], probe: null };
  });
  await user.click(dialog.getByRole("button", { name: "Export" }));
  const { session } = fake.sent.at(-1) as { session: number };
  fake.deltas({ type: "exporting", value: { session, done: 5, of: 20 } });
  await dialog.findByText("Reading the calls: 25 %");
  expect(dialog.getByRole("progressbar")).toHaveValue(5);
  await user.click(dialog.getByRole("button", { name: "Cancel" }));
  await dialog.findByText("The export was cancelled; no file was written.");
  expect(model.pending("export_past")).toBe(false);
});

it("a file that is opened is shown, and one that is refused says why", async () => {
  const { fake, user, dialog } = await open();
  await user.click(dialog.getByRole("button", { name: "Cancel" }));
  const taken = pastSession(99, { title: "From a friend", connectionName: "shop.notex" });
  fake.on("open_file", () => ({
    session: null,
    call: null,
    connection: null,
    closed: [],
    probe: null,
    past: taken,
  }));
  await user.click(screen.getByRole("button", { name: "Open file" }));
  await screen.findByRole("heading", { name: "From a friend" });
  expect(fake.sent.at(-1)).toEqual({ type: "open_file", path: "/home/me/shop.notex" });
  fake.on("open_file", () => {
    throw { code: "invalid", message: "This is not a session file.", hint: null } satisfies Failure;
  });
  fake.deltas({ type: "ask", value: { type: "open_file", path: "/tmp/letter.notex" } });
  await screen.findByText("This is not a session file.");
  expect(screen.getByRole("heading", { name: "From a friend" })).toBeInTheDocument();
});
