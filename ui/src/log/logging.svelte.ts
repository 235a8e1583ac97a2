import { asFailure, type Backend, type Failure, type LogLine } from "../backend/backend";

/** The window keeps so many lines; the hub may keep fewer. */
const KEPT = 20_000;
const ASK_EVERY_MS = 1000;

/** The log as far as the window has read it. */
export class Logging {
  lines = $state.raw<readonly LogLine[]>([]);
  dropped = $state(0);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Asks for new lines once a second until the returned function is called. */
  start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const ask = async () => {
      await this.read();
      if (!stopped) timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  async read(): Promise<void> {
    const after = this.lines.at(-1)?.number ?? 0;
    try {
      const answer = await this.#backend.query({ type: "log", after });
      if (answer.type !== "log") return;
      const fresh = answer.value.lines.filter(({ number }) => number > after);
      if (fresh.length > 0) this.lines = [...this.lines, ...fresh].slice(-KEPT);
      this.dropped = answer.value.dropped;
      this.failure = null;
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
    this.loaded = true;
  }
}
