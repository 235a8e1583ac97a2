import {
  asFailure,
  type Backend,
  type CallKind,
  type Failure,
  type LedgerLine,
  type UsageReport,
} from "../backend/backend";
import { Refreshing } from "../state/refreshing";
import { hourBefore, monthSpan } from "./forecast";

/** Which entries are listed. */
export interface Wanted {
  call: CallKind | null;
  session: string | null;
}

const PAGE = 200;
/** As many are fetched at a time when all are wanted. */
const BIG_PAGE = 1000;
/** More charges than that in an hour are not fetched. */
const HOUR_LIMIT = 1000;

/** What was used in one month on one connection: asked for, and again when the hub tells of charges. */
export class Usage {
  report = $state.raw<UsageReport | null>(null);
  hour = $state.raw<readonly LedgerLine[]>([]);
  /** The last hour has more entries than were fetched. */
  hourCut = $state(false);
  entries = $state.raw<readonly LedgerLine[]>([]);
  total = $state(0);
  wanted = $state.raw<Wanted>({ call: null, session: null });
  loading = $state(false);
  failure = $state.raw<Failure | null>(null);
  hourFailure = $state.raw<Failure | null>(null);
  entriesFailure = $state.raw<Failure | null>(null);
  entriesLoading = $state(false);
  /** All entries are being loaded, for a file. */
  collecting = $state(false);

  #connection: string | null = null;
  #period: string | null = null;
  /** Answers to older questions are dropped. */
  #turn = 0;
  #listTurn = 0;
  readonly #refreshing = new Refreshing(() => this.refresh());

  constructor(readonly backend: Backend) {}

  /** Shows another month (`2026-11`; null is the one that runs) or connection. */
  show(connection: string, period: string | null): void {
    if (connection !== this.#connection) this.wanted = { call: null, session: null };
    this.collecting = false;
    this.#connection = connection;
    this.#period = period;
    this.report = null;
    this.entries = [];
    this.hour = [];
    this.hourFailure = null;
    void this.load();
    void this.list();
  }

  /** Something was charged. */
  stale(): void {
    if (this.#connection !== null) this.#refreshing.stale();
  }

  /** The window is seen again. */
  seen(): void {
    this.#refreshing.seen();
  }

  refresh(): void {
    void this.load();
    // What was loaded further back stays.
    if (this.entries.length <= PAGE && !this.collecting) void this.list();
  }

  stop(): void {
    this.collecting = false;
    this.#refreshing.stop();
    this.#turn++;
    this.#listTurn++;
  }

  async load(): Promise<void> {
    const connection = this.#connection;
    if (connection === null) return;
    const turn = ++this.#turn;
    this.#refreshing.asked();
    this.loading = true;
    try {
      const answer = await this.backend.query({ type: "usage", connection, period: this.#period });
      if (turn !== this.#turn) return;
      if (answer.type === "usage") this.report = answer.value;
      this.failure = null;
      if (this.#period === null) await this.#loadHour(connection, turn);
    } catch (thrown) {
      if (turn === this.#turn) this.failure = asFailure(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  async #loadHour(connection: string, turn: number): Promise<void> {
    const from = hourBefore(Date.now());
    const filter = { session: null, call: null, from, to: null, before: null, limit: HOUR_LIMIT };
    try {
      const answer = await this.backend.query({ type: "entries", connection, filter });
      if (turn !== this.#turn || answer.type !== "entries") return;
      this.hour = answer.value.items;
      this.hourCut = answer.value.total > answer.value.items.length;
      this.hourFailure = null;
    } catch (thrown) {
      if (turn === this.#turn) this.hourFailure = asFailure(thrown);
    }
  }

  want(wanted: Wanted): void {
    this.collecting = false;
    this.wanted = wanted;
    void this.list();
  }

  /** The newest entries, or those before the last that is listed. */
  async list(which: "newest" | "older" = "newest", limit = PAGE): Promise<void> {
    const connection = this.#connection;
    if (connection === null) return;
    const turn = ++this.#listTurn;
    const before = which === "older" ? (this.entries.at(-1)?.id ?? null) : null;
    this.entriesLoading = true;
    try {
      const filter = { ...this.wanted, ...monthSpan(this.#period, Date.now()), before, limit };
      const answer = await this.backend.query({ type: "entries", connection, filter });
      if (turn !== this.#listTurn || answer.type !== "entries") return;
      this.entries = which === "older" ? [...this.entries, ...answer.value.items] : answer.value.items;
      if (which === "newest") this.total = answer.value.total;
      this.entriesFailure = null;
    } catch (thrown) {
      if (turn === this.#listTurn) this.entriesFailure = asFailure(thrown);
    } finally {
      if (turn === this.#listTurn) this.entriesLoading = false;
    }
  }

  /** Loads every entry that fits; false when it was cancelled or failed. */
  async collect(): Promise<boolean> {
    this.collecting = true;
    let grew = true;
    while (this.collecting && grew && this.entries.length < this.total) {
      const known = this.entries.length;
      await this.list("older", BIG_PAGE);
      if (this.entriesFailure) this.collecting = false;
      grew = this.entries.length > known;
    }
    const whole = this.collecting;
    this.collecting = false;
    return whole;
  }
}
