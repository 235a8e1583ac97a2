import {
  asFailure,
  type Backend,
  type Billing,
  type Failure,
  type WhatIf,
  type WhatIfAnswer,
} from "../backend/backend";
import { Refreshing } from "../state/refreshing";

/** Plan and prices of one connection, and what the month would have cost otherwise. */
export class BillingDesk {
  billing = $state.raw<Billing | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** What the answer is to. */
  asked = $state.raw<WhatIf | null>(null);
  answer = $state.raw<WhatIfAnswer | null>(null);
  answerFailure = $state.raw<Failure | null>(null);
  asking = $state(false);
  loading = $state(false);
  #connection: string | null = null;
  /** Answers to older questions are dropped. */
  #turn = 0;
  #asked = 0;
  readonly #refreshing = new Refreshing(() => this.refresh());

  constructor(readonly backend: Backend) {}

  show(connection: string): void {
    this.#connection = connection;
    this.billing = null;
    this.answer = null;
    this.answerFailure = null;
    this.asking = false;
    this.#asked++;
    void this.load();
  }

  /** Something was charged. */
  stale(): void {
    if (this.#connection !== null) this.#refreshing.stale();
  }

  /** The window is seen again. */
  seen(): void {
    this.#refreshing.seen();
  }

  stop(): void {
    this.#refreshing.stop();
    this.#turn++;
    this.#asked++;
  }

  /** Asks for both again: a what-if counts the calls of the month, too. */
  refresh(): void {
    void this.load();
    if (this.answer && this.asked && !this.asking) void this.#workOut(this.asked);
  }

  async load(): Promise<void> {
    const connection = this.#connection;
    if (connection === null) return;
    const turn = ++this.#turn;
    this.#refreshing.asked();
    this.loading = true;
    try {
      const answer = await this.backend.query({ type: "billing", connection });
      if (turn !== this.#turn) return;
      if (answer.type === "billing") this.billing = answer.value;
      this.failure = null;
    } catch (thrown) {
      if (turn === this.#turn) this.failure = asFailure(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  async ask(change: WhatIf): Promise<void> {
    this.asking = true;
    this.answerFailure = null;
    await this.#workOut(change);
  }

  async #workOut(change: WhatIf): Promise<void> {
    const connection = this.#connection;
    if (connection === null) return;
    const asked = ++this.#asked;
    try {
      const answer = await this.backend.query({ type: "what_if", connection, period: null, change });
      if (asked !== this.#asked || answer.type !== "what_if") return;
      this.answer = answer.value;
      this.asked = change;
      this.answerFailure = null;
    } catch (thrown) {
      if (asked === this.#asked) this.answerFailure = asFailure(thrown);
    } finally {
      if (asked === this.#asked) this.asking = false;
    }
  }
}
