import type { Ask, PastSession, SessionState } from "../backend/backend";
import type { Forked } from "../flows/forking.svelte";
import { Noticing } from "../notices/noticing.svelte";
import { Listing } from "../sessions/listing.svelte";
import type { Inspector } from "./inspector.svelte";

/** The dialog that is open. */
export type Open =
  | { type: "new_session" }
  | { type: "add_connection" }
  | { type: "replace_key"; connection: string }
  | { type: "rename_connection"; connection: string }
  | { type: "remove_connection"; connection: string }
  | { type: "close_session"; session: string }
  | { type: "close_sessions"; sessions: readonly string[] }
  | { type: "unknown_session"; session: string }
  | { type: "save_flow"; session: string; past?: undefined; calls: number }
  | { type: "save_flow"; session?: undefined; past: PastSession; calls: number }
  | { type: "fork"; of: Forked }
  | { type: "report" }
  | { type: "quit" };

/** What is open over the screens, and how the list is looked at. */
export class Frame {
  open = $state.raw<Open | null>(null);
  palette = $state(false);
  bell = $state(false);
  /** The session in which a newcomer is led through the first calls. */
  guided = $state<string | null>(null);
  readonly listing = new Listing();
  readonly noticing = new Noticing();

  newSession(model: Inspector): void {
    model.dismiss("start");
    this.open = { type: "new_session" };
  }

  addConnection(model: Inspector): void {
    model.dismiss("connection");
    model.dismiss("probe");
    this.open = { type: "add_connection" };
  }

  replaceKey(model: Inspector, connection: string): void {
    model.dismiss("connection");
    model.dismiss("probe");
    this.open = { type: "replace_key", connection };
  }

  /** Closes a session, and asks first when a call runs on it. */
  closeOne(model: Inspector, { id, busy }: SessionState): void {
    if (busy) this.open = { type: "close_session", session: id };
    else void model.run(`close:${id}`, { type: "close_session", session: id });
  }

  /** Shows what closing the live sessions of all connections would do. */
  closeAll(model: Inspector): void {
    const live = model.everySession.filter(({ phase }) => phase.type !== "ended");
    if (live.length > 0) this.open = { type: "close_sessions", sessions: live.map(({ id }) => id) };
  }

  /** Does what the system around the window asks for. */
  answer(model: Inspector, ask: Ask): void {
    this.palette = false;
    switch (ask.type) {
      case "show_session": {
        const session = model.world.sessions.get(ask.session);
        if (!session) {
          this.open = { type: "unknown_session", session: ask.session };
          return;
        }
        this.open = null;
        model.showConnection(session.connection);
        model.select(session.id);
        return;
      }
      case "open_file":
        this.open = null;
        void model.openSessionFile(ask.path);
        return;
      case "new_session":
        this.newSession(model);
        return;
      case "close_all":
        this.closeAll(model);
        return;
      case "settings":
        this.open = null;
        model.screen = "settings";
        return;
      case "quit":
        this.open = { type: "quit" };
    }
  }
}
