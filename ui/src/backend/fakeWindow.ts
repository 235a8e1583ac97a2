import type { Ask, Backend } from "./backend";
import type { Frame } from "../state/frame.svelte";
import type { Inspector, Screen } from "../state/inspector.svelte";
import { standStill } from "./still";

const screens: readonly string[] = [
  "sessions",
  "flows",
  "usage",
  "billing",
  "history",
  "log",
  "settings",
] satisfies Screen[];

/** The backend of the scene that the address names; with `still=1` its clock stands. */
export async function fakeBackend(search: URLSearchParams): Promise<Backend> {
  if (search.has("still")) standStill();
  const { sceneOf } = await import("./fakeScenes");
  return sceneOf(search);
}

/** Shows what the address asks for: `screen=usage`, `ask=quit`, `session=ID`, `palette=1`, `bell=1`, `open=add_connection`, `guided=ID`. */
export function fakeStart(search: URLSearchParams, model: Inspector, frame: Frame): void {
  const screen = search.get("screen");
  const session = search.get("session");
  const ask = search.get("ask");
  if (session) model.select(session);
  if (screen && screens.includes(screen)) model.screen = screen as Screen;
  if (screen === "compare") model.compare({ type: "flow", file: "buy-tea.flow.json", name: "Buy tea" });
  frame.palette = search.has("palette");
  frame.bell = search.has("bell");
  if (search.get("open") === "add_connection") frame.addConnection(model);
  if (search.get("open") === "report") frame.open = { type: "report" };
  if (search.has("guided")) frame.guided = search.get("guided");
  if (!ask) return;
  const seq = (model.world.seq ?? 0) + 1;
  const value: Ask =
    ask === "show_session"
      ? { type: ask, session: search.get("id") ?? "s-unknown" }
      : ({ type: ask } as Exclude<Ask, { type: "show_session" | "open_file" }>);
  model.hear({
    seq,
    now: new Date().toISOString(),
    news: { type: "deltas", value: [{ type: "ask", value }] },
  });
}
