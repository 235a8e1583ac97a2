import {
  asFailure,
  type Backend,
  type Call,
  type Command,
  type Failure,
  type PastCall,
  type PastSession,
} from "../backend/backend";

const SESSIONS_AT_ONCE = 200;
const CALLS_AT_ONCE = 5_000;
/** A person who types is done after so long. */
const TYPING_MS = 200;

/** The kept sessions as far as they were read, and the one that is looked at. */
export class Past {
  sessions = $state.raw<readonly PastSession[]>([]);
  total = $state(0);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  text = $state("");
  /** The id of the connection; empty for all. */
  connection = $state("");
  pinned = $state(false);

  key = $state<number | null>(null);
  calls = $state.raw<readonly Call[]>([]);
  callsLoaded = $state(false);
  callsFailure = $state.raw<Failure | null>(null);

  number = $state<number | null>(null);
  whole = $state.raw<PastCall | null>(null);
  wholeFailure = $state.raw<Failure | null>(null);

  chosen = $derived(this.sessions.find(({ key }) => key === this.key) ?? null);
  narrowed = $derived(this.text.trim() !== "" || this.connection !== "" || this.pinned);

  readonly #backend: Backend;
  #listAsked = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Reads the first sessions that fit. */
  async read(): Promise<void> {
    const asked = ++this.#listAsked;
    await this.#list(0, (page) => {
      if (asked !== this.#listAsked) return;
      this.sessions = page;
      if (this.key !== null && !page.some(({ key }) => key === this.key)) this.choose(null);
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
      text: this.text.trim() || null,
      connection: this.connection || null,
      host: null,
      from: null,
      to: null,
      pinned: this.pinned,
      ended: false,
    };
    try {
      const answer = await this.#backend.query({ type: "history", filter, offset, limit: SESSIONS_AT_ONCE });
      if (answer.type !== "history") return;
      this.total = answer.value.total;
      this.failure = null;
      take(answer.value.sessions);
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
    this.loaded = true;
  }

  /** Narrows the list, when the person has stopped typing. */
  search(text: string): void {
    this.text = text;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.read(), TYPING_MS);
  }

  narrow(to: { connection?: string; pinned?: boolean }): void {
    if (to.connection !== undefined) this.connection = to.connection;
    if (to.pinned !== undefined) this.pinned = to.pinned;
    void this.read();
  }

  clear(): void {
    this.text = "";
    this.narrow({ connection: "", pinned: false });
  }

  choose(key: number | null): void {
    if (key === this.key) return;
    this.key = key;
    this.calls = [];
    this.callsLoaded = false;
    this.callsFailure = null;
    this.chooseCall(null);
    if (key !== null) void this.readCalls();
  }

  /** Reads all calls of the session that is looked at, piece by piece. */
  async readCalls(): Promise<void> {
    const session = this.key;
    if (session === null) return;
    let calls: Call[] = [];
    try {
      for (;;) {
        const query = { type: "history_calls", session, offset: calls.length, limit: CALLS_AT_ONCE } as const;
        const answer = await this.#backend.query(query);
        if (this.key !== session || answer.type !== "history_calls") return;
        calls = [...calls, ...answer.value.calls];
        this.calls = calls;
        this.callsLoaded = true;
        this.callsFailure = null;
        if (answer.value.calls.length === 0 || calls.length >= answer.value.total) return;
      }
    } catch (thrown) {
      if (this.key === session) this.callsFailure = asFailure(thrown);
    }
  }

  chooseCall(number: number | null): void {
    this.number = number;
    this.whole = null;
    this.wholeFailure = null;
    if (number !== null) void this.readCall();
  }

  async readCall(): Promise<void> {
    const { key: session, number } = this;
    if (session === null || number === null) return;
    const isShown = () => this.key === session && this.number === number;
    try {
      const answer = await this.#backend.query({ type: "history_call", session, number });
      if (!isShown() || answer.type !== "history_call") return;
      this.whole = answer.value;
      this.wholeFailure = null;
    } catch (thrown) {
      if (isShown()) this.wholeFailure = asFailure(thrown);
    }
  }

  pin(session: number, pinned: boolean): Promise<void> {
    return this.#run({ type: "pin_past", session, pinned });
  }

  remove(session: number): Promise<void> {
    return this.#run({ type: "remove_past", session });
  }

  async #run(command: Command): Promise<void> {
    try {
      await this.#backend.send(command);
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return;
    }
    await this.read();
  }
}
