import { flushSync } from "svelte";
import type { SessionState } from "../backend/backend";
import { cannotExtend } from "../sessions/countdown";
import { copyText } from "./clipboard";
import type { Frame } from "./frame.svelte";
import type { Inspector, Screen } from "./inspector.svelte";

/** What a command may look at and change. */
export interface Desk {
  model: Inspector;
  frame: Frame;
}

/** Something the window does when it is told to, by keys, by the palette, by a menu. */
export interface CommandWords {
  words: string;
  group: "Sessions" | "Page" | "Window" | "Connections";
  /** Default keys; empty for none. */
  keys: string;
  /** Default keys in a browser, where it keeps the others for itself. */
  browserKeys?: string;
  /** Why it cannot be done now; null when it can. */
  blocked?: (desk: Desk) => string | null;
  run: (desk: Desk) => void;
}

const chosen = ({ model }: Desk): string | null => (model.selected ? null : "Choose a session first.");
const alive = ({ model }: Desk): string | null => {
  if (!model.selected) return "Choose a session first.";
  return model.selected.phase.type === "live" ? null : "The session has ended.";
};
const ready = ({ model }: Desk): string | null => (model.ready ? null : "The inspector does not answer yet.");
const session = ({ model }: Desk, act: (session: SessionState) => void) =>
  model.selected && act(model.selected);
/** The number of the last call of the session that is looked at; 0 when there is none. */
const lastCall = ({ model }: Desk): number => model.detail?.calls.at(-1)?.number ?? 0;
/** At once, so that what is typed right after goes there: what the command has changed is drawn first. */
function focus(selector: string): void {
  flushSync();
  document.querySelector<HTMLElement>(selector)?.focus();
}
const screen = (to: Screen) => (desk: Desk) => void (desk.model.screen = to);

const zoom =
  (by: number | null) =>
  ({ model }: Desk) => {
    const { settings } = model.world;
    if (!settings) return;
    const zoomPercent = by === null ? 100 : Math.min(200, Math.max(80, settings.zoomPercent + by));
    model.saveSettings({ ...settings, zoomPercent });
  };
const zoomable = ({ model }: Desk) => (model.inBrowser ? "Your browser zooms by itself." : null);

/** Every command of the window, once. */
export const commands = {
  palette: {
    words: "Search sessions, actions and commands",
    group: "Window",
    keys: "Mod+K",
    run: ({ frame }) => (frame.palette = !frame.palette),
  },
  new_session: {
    words: "New session",
    group: "Sessions",
    keys: "Mod+N",
    browserKeys: "Alt+N",
    blocked: ready,
    run: (desk) => desk.frame.newSession(desk.model),
  },
  find_session: {
    words: "Filter the sessions",
    group: "Sessions",
    keys: "Mod+F",
    run: ({ model }) => {
      model.screen = "sessions";
      focus("[data-shortcut=find_session] input");
    },
  },
  next_session: {
    words: "Next session in the list",
    group: "Sessions",
    keys: "Alt+ArrowDown",
    run: ({ model, frame }) => frame.listing.step(model, 1),
  },
  previous_session: {
    words: "Previous session in the list",
    group: "Sessions",
    keys: "Alt+ArrowUp",
    run: ({ model, frame }) => frame.listing.step(model, -1),
  },
  extend: {
    words: "Extend the session",
    group: "Sessions",
    keys: "Alt+E",
    blocked: (desk) => alive(desk) ?? (desk.model.selected && cannotExtend(desk.model.selected)),
    run: (desk) =>
      session(desk, ({ id }) => void desk.model.run(`extend:${id}`, { type: "extend_session", session: id })),
  },
  close_session: {
    words: "Close the session",
    group: "Sessions",
    keys: "Alt+W",
    blocked: alive,
    run: (desk) => session(desk, (chosen) => desk.frame.closeOne(desk.model, chosen)),
  },
  close_all: {
    words: "Close all sessions",
    group: "Sessions",
    keys: "Alt+Shift+W",
    blocked: ({ model }) => (model.liveCounts.size > 0 ? null : "No session is live."),
    run: ({ model, frame }) => frame.closeAll(model),
  },
  copy_id: {
    words: "Copy the session's id",
    group: "Sessions",
    keys: "",
    blocked: chosen,
    run: (desk) => session(desk, ({ id }) => void copyText(id)),
  },
  copy_link: {
    words: "Copy a link to the session",
    group: "Sessions",
    keys: "",
    blocked: chosen,
    run: (desk) => session(desk, ({ id }) => void copyText(linkOf(id))),
  },
  save_flow: {
    words: "Save the session's calls as a flow",
    group: "Sessions",
    keys: "Alt+S",
    blocked: (desk) => chosen(desk) ?? (lastCall(desk) > 1 ? null : "The session has no calls yet."),
    run: (desk) =>
      session(
        desk,
        ({ id }) => (desk.frame.open = { type: "save_flow", session: id, calls: lastCall(desk) }),
      ),
  },
  address: {
    words: "Go to the address bar",
    group: "Page",
    keys: "Mod+L",
    blocked: alive,
    run: ({ model }) => {
      model.screen = "sessions";
      focus("[data-shortcut=address]");
    },
  },
  observe: {
    words: "Show the Observe panel",
    group: "Page",
    keys: "Mod+1",
    blocked: chosen,
    run: ({ model }) => model.show("observe"),
  },
  step: {
    words: "Show the Step panel",
    group: "Page",
    keys: "Mod+2",
    blocked: chosen,
    run: ({ model }) => model.show("step"),
  },
  scrape: {
    words: "Show the Scrape panel",
    group: "Page",
    keys: "Mod+3",
    blocked: chosen,
    run: ({ model }) => model.show("scrape"),
  },
  run: {
    words: "Run what the shown panel is for",
    group: "Page",
    keys: "Mod+Enter",
    blocked: alive,
    run: () => document.querySelector<HTMLFormElement>("form[data-run]")?.requestSubmit(),
  },
  cancel_call: {
    words: "Cancel the running call",
    group: "Page",
    keys: "Mod+.",
    blocked: (desk) => alive(desk) ?? (desk.model.selected?.busy ? null : "No call is running."),
    run: (desk) =>
      session(desk, ({ id }) => void desk.model.run(`cancel:${id}`, { type: "cancel_call", session: id })),
  },
  show_sessions: { words: "Show the sessions", group: "Window", keys: "Alt+1", run: screen("sessions") },
  show_usage: { words: "Show the usage", group: "Window", keys: "Alt+2", run: screen("usage") },
  show_billing: {
    words: "Show billing: plan, prices, budgets",
    group: "Window",
    keys: "Alt+3",
    run: screen("billing"),
  },
  show_history: { words: "Show the history", group: "Window", keys: "Alt+5", run: screen("history") },
  show_flows: { words: "Show the flows", group: "Window", keys: "Alt+6", run: screen("flows") },
  open_file: {
    words: "Open a session file",
    group: "Window",
    keys: "Mod+O",
    run: ({ model }) => void model.openSessionFile(),
  },
  show_log: { words: "Show the log", group: "Window", keys: "Alt+4", run: screen("log") },
  settings: { words: "Settings", group: "Window", keys: "Mod+,", run: screen("settings") },
  shortcuts: {
    words: "All keys",
    group: "Window",
    keys: "Mod+/",
    run: ({ model }) => model.showSettings("keys"),
  },
  language_model: {
    words: "Language model",
    group: "Window",
    keys: "",
    run: ({ model }) => model.showSettings("model"),
  },
  notices: {
    words: "Show the notices",
    group: "Window",
    keys: "Alt+B",
    run: ({ frame }) => (frame.bell = !frame.bell),
  },
  theme: {
    words: "Switch between dark and light",
    group: "Window",
    keys: "",
    run: ({ model }) => {
      const { settings } = model.world;
      const dark = document.documentElement.dataset.theme !== "light";
      if (settings) model.saveSettings({ ...settings, theme: dark ? "light" : "dark" });
    },
  },
  zoom_in: { words: "Larger", group: "Window", keys: "Mod+=", blocked: zoomable, run: zoom(10) },
  zoom_out: { words: "Smaller", group: "Window", keys: "Mod+-", blocked: zoomable, run: zoom(-10) },
  zoom_reset: { words: "Usual size", group: "Window", keys: "Mod+0", blocked: zoomable, run: zoom(null) },
  quit: {
    words: "Quit",
    group: "Window",
    keys: "Mod+Q",
    browserKeys: "",
    blocked: ({ model }) => (model.inBrowser ? "Close this tab to leave." : null),
    run: ({ model }) => void model.backend.quit("ask"),
  },
  report: {
    words: "Diagnostic report",
    group: "Window",
    keys: "",
    run: ({ frame }) => (frame.open = { type: "report" }),
  },
  add_connection: {
    words: "Add a connection",
    group: "Connections",
    keys: "",
    blocked: ready,
    run: ({ model, frame }) => frame.addConnection(model),
  },
  reconnect: {
    words: "Reconnect",
    group: "Connections",
    keys: "",
    blocked: ready,
    run: ({ model }) => model.connection && model.reconnect(model.connection.id),
  },
} satisfies Record<string, CommandWords>;

export type CommandId = keyof typeof commands;

const table: Readonly<Record<CommandId, CommandWords>> = commands;

export const commandIds = Object.keys(commands) as CommandId[];

/** What is known of a command. */
export const commandOf = (id: CommandId): CommandWords => table[id];

/** Why a command cannot be done now; null when it can. */
export const blockedBy = (id: CommandId, desk: Desk): string | null => table[id].blocked?.(desk) ?? null;

/** Does a command if it can be done; says whether it did. */
export function perform(id: CommandId, desk: Desk): boolean {
  if (blockedBy(id, desk) !== null) return false;
  table[id].run(desk);
  return true;
}

/** The link that opens a session in the app. */
export const linkOf = (session: string): string => `notex://session/${encodeURIComponent(session)}`;
