import type { Command, Outcome } from "../backend/backend";
import { addressOf } from "../controls/format";
import type { Inspector } from "../state/inspector.svelte";
import { optionsOf, type NewSession } from "./newSession";

let starts = 0;

/** The start that a form is about: its own scope, so that an abandoned one does not hold up the next. */
export class Starting {
  readonly scope = `start:${++starts}`;
  #abandoned = false;
  readonly #model: Inspector;

  constructor(model: Inspector) {
    this.#model = model;
  }

  /** Starts a session and shows it; false when that failed or was abandoned. */
  async start(form: NewSession): Promise<boolean> {
    const model = this.#model;
    const { connection, url } = form;
    const takesAll = model.connectionOf(connection)?.can.startOptions ?? false;
    const options = optionsOf(form, takesAll);
    const command: Command = { type: "start_session", connection, options };
    const outcome: Outcome | null = await model.run(this.scope, command);
    const session = outcome?.session ?? null;
    if (session === null) return outcome !== null;
    if (this.#abandoned) {
      // Nobody waits for it any more, and left alone it would cost.
      await model.run(`close:${session}`, { type: "close_session", session });
      return false;
    }
    model.showConnection(connection);
    model.select(session);
    // A call of its own: it shows its progress in the session, can be cancelled, and fails beside its address.
    if (url.trim())
      void model.run(`bar:${session}`, { type: "observe", session, url: addressOf(url), maxActions: null });
    return true;
  }

  /** The session that is being started is closed as soon as the server tells its id. */
  abandon(): void {
    this.#abandoned = true;
  }
}
