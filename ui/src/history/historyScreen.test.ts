import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import App from "../App.svelte";
import { FakeBackend } from "../backend/fake";
import { historyScene, pastCalls } from "../backend/fakeHistory";
import { emptySnapshot } from "../backend/fakePages";
import { exchange } from "../network/someExchanges";
import { plainStart } from "../sessions/newSession";
import { Inspector } from "../state/inspector.svelte";
import { taken } from "./finding.svelte";
import { Past } from "./past.svelte";

async function open(scene = "full", screenName: "history" | "settings" = "history") {
  const fake = new FakeBackend(emptySnapshot());
  historyScene(scene, fake);
  const model = new Inspector(fake);
  render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  model.screen = screenName;
  return { fake, model, user: userEvent.setup() };
}

const list = () => screen.findByRole("listbox", { name: "Kept sessions" });
const rows = async () => within(await list()).findAllByRole("option");

it("kept sessions say how they ended, what they cost and how many calls failed", async () => {
  await open();
  await waitFor(async () => expect(await rows()).toHaveLength(5));
  const [living, news, , failed, unseen] = await rows();
  expect(living).toHaveTextContent(/Laptops.*live.*14\.2 cr.*3 calls, 1 failed/s);
  expect(news).toHaveTextContent(/News index.*timed out/s);
  expect(failed).toHaveTextContent(/maps\.local.*Cloud/s);
  expect(unseen).toHaveTextContent(/portal\.local.*end not seen.*≈ 12\.1 cr/s);
});

it("a session shows its last call, and each what was answered, asked and seen", async () => {
  const { user } = await open();
  await user.click((await rows())[2] as HTMLElement);
  const table = await screen.findByRole("grid", { name: "Calls" });
  await user.click(await within(table).findByText(/\/search: 214 actions/));
  const picture = await screen.findByRole("img", { name: "The page after call 2" });
  expect(picture).toHaveAttribute("src", "/picture/shop");
  await user.click(screen.getByRole("tab", { name: "Answer" }));
  const whole = screen.getByRole("region", { name: "What was kept of the call" });
  await within(whole).findByText("Search", { exact: true });
  await user.click(screen.getByRole("button", { name: "Before" }));
  expect(screen.getByText("There is no page before this call.")).toBeInTheDocument();
});

it("what could not be kept of a call is said, so is an answer that never came, and why it failed", async () => {
  const { user } = await open();
  await user.click((await rows())[2] as HTMLElement);
  expect(await screen.findByRole("note")).toHaveTextContent("the disk had 412 MB free");
  expect(screen.getByText(/took no picture; this is the page before it/)).toBeInTheDocument();
  const why = screen.getByRole("alert", { name: "Why it failed" });
  expect(why).toHaveTextContent(/Something lies over B3.*answered 503/s);
  await user.click(screen.getByRole("tab", { name: "Answer" }));
  expect(screen.getByText("No answer is kept of this call")).toBeInTheDocument();
});

it("the request that a failure is explained by is opened among those of its call", async () => {
  const { fake, user } = await open();
  fake.onQuery("evidence", () => ({
    type: "evidence",
    value: {
      ...{ offered: true, console: [], missing: [] },
      network: ["r6", "r7"].map((id) => ({
        call: 3,
        exchange: exchange({ id, url: `http://shop.local/${id}` }),
      })),
    },
  }));
  fake.onQuery("exchange", () => ({ type: "exchange", value: null }));
  await user.click((await rows())[2] as HTMLElement);
  await user.click(await screen.findByRole("button", { name: "Open the request" }));
  const request = await screen.findByRole("complementary", { name: "The request" });
  expect(request).toHaveTextContent("http://shop.local/r7");
  expect(screen.getByRole("tab", { name: "Network" })).toHaveAttribute("aria-selected", "true");
});

it("a call says where its time went, and shows its request as it was sent", async () => {
  const { user } = await open();
  await user.click((await rows())[1] as HTMLElement);
  await user.click(await screen.findByRole("tab", { name: "Timing" }));
  const table = await screen.findByRole("table", { name: "Where the time of the call went" });
  expect(table).toHaveTextContent(/Waiting for its turn\s*4 ms.*Receiving\s*12 ms.*In all\s*112 ms/);
  await user.click(screen.getByRole("tab", { name: "Request" }));
  await user.click(screen.getByRole("button", { name: "As sent" }));
  expect(screen.getByRole("button", { name: "As sent" })).toHaveAttribute("aria-pressed", "true");
});

it("slider, list and film share one selection, which the keys move", async () => {
  const { user } = await open();
  await user.click((await rows())[2] as HTMLElement);
  const slider = await screen.findByRole("slider", { name: "Time of the session" });
  expect(slider).toHaveAttribute("aria-valuetext", "Call 3, step B3 click Search, failed");
  slider.focus();
  await user.keyboard("{ArrowLeft}");
  expect(slider).toHaveAttribute("aria-valuenow", "2");
  const table = screen.getByRole("grid", { name: "Calls" });
  await waitFor(() =>
    expect(
      within(table)
        .getByText(/\/search: 214 actions/)
        .closest("[role=row]"),
    ).toHaveAttribute("aria-selected", "true"),
  );
  await user.keyboard("{Home}");
  expect(slider).toHaveAttribute("aria-valuenow", "1");
  await user.keyboard(" ");
  expect(screen.getByRole("button", { name: "Stop" })).toHaveAttribute("aria-pressed", "true");
  await user.keyboard("{End}");
  expect(slider).toHaveAttribute("aria-valuenow", "3");
  expect(screen.getByRole("button", { name: "Play" })).toHaveAttribute("aria-pressed", "false");
});

it("the list is narrowed and shown whole again", async () => {
  const { user } = await open();
  await list();
  await user.click(screen.getByRole("button", { name: "Pinned" }));
  await waitFor(async () => expect(await rows()).toHaveLength(1));
  await user.click(screen.getByRole("button", { name: "Pinned" }));
  await waitFor(async () => expect(await rows()).toHaveLength(5));
});

const field = () => screen.getByRole("combobox", { name: "Search all calls" });
const hits = async () =>
  within(await screen.findByRole("listbox", { name: "Calls that were found" })).findAllByRole("option");

it("calls are found over all sessions with what they were found by, and open in their session", async () => {
  const { user } = await open();
  await list();
  await user.type(field(), "news call:step");
  await waitFor(async () => expect(await hits()).toHaveLength(1));
  const [hit] = await hits();
  expect(hit).toHaveTextContent(/step B3 click Search.*failed.*page:\sNews index.*news\.local/s);
  expect((hit as HTMLElement).querySelector("mark")).toHaveTextContent("News");
  await user.click(hit as HTMLElement);
  const pane = await screen.findByRole("article", { name: "Kept session" });
  expect(within(pane).getByRole("heading", { name: "News index" })).toBeInTheDocument();
  const slider = await screen.findByRole("slider", { name: "Time of the session" });
  expect(slider).toHaveAttribute("aria-valuenow", "3");
  await user.click(screen.getByRole("button", { name: "Clear filter" }));
  await waitFor(async () => expect(await rows()).toHaveLength(5));
  expect(pane).toBeInTheDocument();
});

it("the field says what it understands, completes it by keys, and shows what is wrong and where", async () => {
  const { user } = await open();
  await list();
  await user.click(field());
  const offered = () =>
    within(screen.getByRole("listbox", { name: "What can be typed" })).getAllByRole("option");
  await waitFor(() => expect(offered()).toHaveLength(11));
  expect(offered()[0]).toHaveTextContent(/call:.*observe, step.*call:step/);
  await user.keyboard("ca");
  await waitFor(() => expect(offered()).toHaveLength(1));
  await user.keyboard("{ArrowDown}{Enter}");
  expect(field()).toHaveValue("call:");
  await waitFor(() => expect(offered()).toHaveLength(6));
  await user.keyboard("{ArrowDown}{ArrowDown}{Tab}");
  expect(field()).toHaveValue("call:step ");
  await waitFor(async () => expect(await hits()).toHaveLength(5));
  await user.keyboard("call:stop");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("“stop” is no call");
  expect(alert.querySelector("mark")).toHaveTextContent("stop");
  expect(field()).toHaveAttribute("aria-invalid", "true");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  expect(field()).toHaveValue("call:step call:stop");
});

it("a suggestion takes the place of what was begun, and a value is followed by a space", () => {
  expect(taken("a ca b", { from: 2, to: 4 }, { text: "call:" })).toEqual({ text: "a call: b", at: 7 });
  expect(taken("call:s", { from: 5, to: 6 }, { text: "step" })).toEqual({ text: "call:step ", at: 10 });
  expect(taken("call:s x", { from: 5, to: 6 }, { text: "step" })).toEqual({ text: "call:step x", at: 9 });
});

it("a session is pinned at once, and one that is removed can be brought back with all that it had", async () => {
  const { fake, user } = await open();
  await user.click((await rows())[1] as HTMLElement);
  const pane = await screen.findByRole("article", { name: "Kept session" });
  const title = within(pane).getByRole("heading", { level: 2 }).textContent;
  await user.click(within(pane).getByRole("button", { name: "Pin" }));
  await waitFor(() =>
    expect(within(pane).getByRole("button", { name: "Pin" })).toHaveAttribute("aria-pressed", "true"),
  );
  await user.click(within(pane).getByRole("button", { name: "Remove" }));
  await waitFor(async () => expect(await rows()).toHaveLength(4));
  expect(screen.getByText("Choose a session")).toBeInTheDocument();
  expect(screen.getByText(/is removed; at \d\d:\d\d its 3 calls are deleted for good/)).toBeVisible();
  const undo = screen.getByRole("button", { name: `Undo the removal of ${title}` });
  await waitFor(() => expect(undo).toHaveFocus());
  await user.keyboard("{Enter}");
  await waitFor(async () => expect(await rows()).toHaveLength(5));
  expect(await screen.findByRole("heading", { level: 2, name: title ?? "" })).toBeVisible();
  expect(screen.queryByText(/is removed/)).toBeNull();

  await user.click(screen.getByRole("button", { name: "Remove" }));
  await user.click(await screen.findByRole("button", { name: "Delete now" }));
  expect(fake.sent.some(({ type }) => type === "delete_past")).toBe(false);
  await user.click(screen.getByRole("button", { name: "Delete for good" }));
  await waitFor(() => expect(screen.queryByText(/is removed/)).toBeNull());
  expect(await rows()).toHaveLength(4);
});

it("a session that lives cannot be removed", async () => {
  const { user } = await open();
  await user.click((await rows())[0] as HTMLElement);
  const pane = await screen.findByRole("article", { name: "Kept session" });
  expect(within(pane).queryByRole("button", { name: "Remove" })).not.toBeInTheDocument();
});

it("an empty history says what will be there, and one that cannot be read says why", async () => {
  await open("empty");
  expect(await screen.findByText("Nothing is kept yet")).toBeInTheDocument();
  await open("no_history");
  expect(await screen.findByText("The history cannot be read")).toBeInTheDocument();
  expect(screen.getByText(/used by another inspector/)).toBeInTheDocument();
});

it("the history is cleared from the settings after a question, and its size is told anew", async () => {
  const { fake, user } = await open("full", "settings");
  expect(await screen.findByText(/holds 5 sessions with 15 calls: 48\.2 MB/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Clear history" }));
  const question = screen.getByRole("dialog");
  await user.click(within(question).getByRole("button", { name: "Clear history" }));
  expect(await screen.findByText(/holds 2 sessions/)).toBeInTheDocument();
  expect(fake.sent.at(-1)).toEqual({ type: "clear_history" });
});

it("a session whose first calls are listed no more leads to them in the history", async () => {
  const { fake, model, user } = await open("full");
  fake.obey({ type: "start_session", connection: "local", options: plainStart });
  const id = "s-0001";
  fake.details.set(id, {
    session: id,
    calls: pastCalls(id, 3).map((call) => ({ ...call, number: call.number + 57 })),
    observation: null,
    scraped: null,
  });
  await waitFor(() => expect(model.world.sessions.has(id)).toBe(true));
  model.select(id);
  await user.click(await screen.findByRole("button", { name: "57 earlier calls in the history" }));
  expect(await screen.findByRole("combobox", { name: "Search all calls" })).toHaveValue(`session:${id}`);
});

it("an answer that comes after another session was chosen is passed over", async () => {
  const fake = new FakeBackend(emptySnapshot());
  historyScene("full", fake);
  const late: (() => void)[] = [];
  fake.onQuery("history_call", async (query) => {
    if (query.type !== "history_call") throw new Error("another query");
    await new Promise<void>((done) => late.push(done));
    throw { code: "other", message: `late ${query.number}`, hint: null };
  });
  const past = new Past(fake);
  await past.read();
  const [one, two] = pastCalls("p", 2);
  past.choose(past.sessions.find(({ key }) => key === 4) ?? null);
  past.travel.read(one ?? null, true);
  await waitFor(() => expect(late).toHaveLength(1));
  past.travel.read(two ?? null, true);
  await waitFor(() => expect(late).toHaveLength(2));
  late[0]?.();
  await Promise.resolve();
  expect(past.travel.failure).toBeNull();
  late[1]?.();
  await waitFor(() => expect(past.travel.failure?.message).toBe("late 2"));
});
