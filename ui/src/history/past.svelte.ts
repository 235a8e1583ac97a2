import {
  asFailure,
  type Backend,
  type Call,
  type Command,
  type Failure,
  type PastSession,
  type RemovedSession,
} from "../backend/backend";
import { wholeCall } from "../travel/kept";
import { Travel } from "../travel/travel.svelte";

const SESSIONS_AT_ONCE = 200;
const CALLS_AT_ONCE = 5_000;

/** The kept sessions as far as they were read, and the one that is looked at. */
export class Past {
  sessions = $state.raw<readonly PastSession[]>([]);
  total = $state(0);
  /** Sessions that were removed and can be brought back. */
  removed = $state.raw<readonly RemovedSession[]>([]);
  /** Something is being done to one. */
  busy = $state(false);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** The id of the connection; empty for all. */
  connection = $state("");
  pinned = $state(false);

  /** The session that is looked at; what was found may lead to one that is not listed. */
  chosen = $state.raw<PastSession | null>(null);
  callsLoaded = $state(false);
  callsFailure = $state.raw<Failure | null>(null);
  /** The request that is asked to be shown. */
  wantedRequest = $state<string | null>(null);

  /** Its calls, and which of them is looked at. */
  readonly travel = new Travel({
    idOf: (call) => call.number,
    whole: ({ number }) => wholeCall(this.#backend, this.chosen?.key ?? 0, number),
  });

  narrowed = $derived(this.connection !== "" || this.pinned);

  readonly #backend: Backend;
  #listAsked = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Reads the first sessions that fit. */
  async read(): Promise<void> {
    const asked = ++this.#listAsked;
    await this.#list(0, (page) => {
      if (asked !== this.#listAsked) return;
      this.sessions = page;
      this.chosen = page.find(({ key }) => key === this.chosen?.key) ?? this.chosen;
    });
  }

  /** Reads the next ones. */
  async more(): Promise<void> {
    if (!this.loaded || this.sessions.length >= this.total) return;
    const asked = ++this.#listAsked;
    const before = this.sessions;
    await this.#list(before.length, (page) => {
      if (asked === this.#listAsked) this.sessions = [...before, ...page];
    });
  }

  async #list(offset: number, take: (page: readonly PastSession[]) => void): Promise<void> {
    const filter = {
      connection: this.connection || null,
      pinned: this.pinned,
      ended: false,
    };
    try {
      const answer = await this.#backend.query({ type: "history", filter, offset, limit: SESSIONS_AT_ONCE });
      if (answer.type !== "history") return;
      this.total = answer.value.total;
      this.removed = answer.value.removed;
      this.failure = null;
      take(answer.value.sessions);
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
    this.loaded = true;
  }

  narrow(to: { connection?: string; pinned?: boolean }): void {
    if (to.connection !== undefined) this.connection = to.connection;
    if (to.pinned !== undefined) this.pinned = to.pinned;
    void this.read();
  }

  clear(): void {
    this.narrow({ connection: "", pinned: false });
  }

  /** Looks at a session, and at one of its calls. */
  choose(session: PastSession | null, number: number | null = null): void {
    if (session?.key !== this.chosen?.key) {
      this.travel.begin();
      this.callsLoaded = false;
      this.callsFailure = null;
      this.chosen = session;
      if (session !== null) void this.readCalls();
    }
    this.travel.follow(number);
  }

  /** Reads all calls of the session that is looked at, piece by piece. */
  async readCalls(): Promise<void> {
    const session = this.chosen?.key;
    if (session === undefined) return;
    let calls: Call[] = [];
    try {
      for (;;) {
        const query = { type: "history_calls", session, offset: calls.length, limit: CALLS_AT_ONCE } as const;
        const answer = await this.#backend.query(query);
        if (this.chosen?.key !== session || answer.type !== "history_calls") return;
        calls = [...calls, ...answer.value.calls];
        this.travel.calls = calls;
        this.callsLoaded = true;
        this.callsFailure = null;
        if (answer.value.calls.length === 0 || calls.length >= answer.value.total) return;
      }
    } catch (thrown) {
      if (this.chosen?.key === session) this.callsFailure = asFailure(thrown);
    }
  }

  async pin(session: number, pinned: boolean): Promise<void> {
    const done = await this.#run({ type: "pin_past", session, pinned });
    if (done && this.chosen?.key === session) this.chosen = { ...this.chosen, pinned };
  }

  async remove(session: number): Promise<void> {
    const removed = await this.#run({ type: "remove_past", session });
    if (removed && this.chosen?.key === session) this.choose(null);
  }

  /** Brings back a session that was removed, and looks at it. */
  async bringBack(session: number): Promise<void> {
    if (!(await this.#run({ type: "bring_back_past", session }))) return;
    this.choose(this.sessions.find(({ key }) => key === session) ?? this.chosen);
  }

  /** Deletes a session that was removed, for good. */
  async delete(session: number): Promise<void> {
    await this.#run({ type: "delete_past", session });
  }

  async #run(command: Command): Promise<boolean> {
    this.busy = true;
    try {
      await this.#backend.send(command);
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return false;
    } finally {
      this.busy = false;
    }
    await this.read();
    return true;
  }
}
