import {
  asFailure,
  type Backend,
  type Evidence,
  type Exchange,
  type Failure,
  type KeptExchange,
  type Whose,
} from "../backend/backend";

/** Console and network of a call, or of a whole session, as far as they were read. */
export class Kept {
  evidence = $state.raw<Evidence | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** The request that is looked at, and all that is kept of it once that is read. */
  chosen = $state.raw<KeptExchange | null>(null);
  whole = $state.raw<Exchange | null>(null);
  /** The request that was asked for from elsewhere; it is brought into sight. */
  shown = $state<string | null>(null);

  readonly #backend: Backend;
  #of = "";
  #whose: Whose | null = null;
  #asked = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Reads what is kept of a call; null is the whole session. What was read of another one goes at once. */
  async read(whose: Whose, number: number | null): Promise<void> {
    const of = JSON.stringify([whose, number]);
    if (of !== this.#of) {
      this.evidence = null;
      this.failure = null;
      this.choose(null);
    }
    this.#of = of;
    this.#whose = whose;
    const asked = ++this.#asked;
    try {
      const answer = await this.#backend.query({ type: "evidence", whose, number });
      if (asked !== this.#asked || answer.type !== "evidence") return;
      this.evidence = answer.value;
      this.failure = null;
      this.#find();
    } catch (thrown) {
      if (asked === this.#asked) this.failure = asFailure(thrown);
    }
  }

  /** Looks at a request by its id, as soon as it is listed. */
  show(id: string): void {
    this.shown = id;
    this.#find();
  }

  #find(): void {
    const row = this.evidence?.network.find(({ exchange }) => exchange.id === this.shown);
    if (row && this.chosen === null) this.choose(row);
  }

  choose(row: KeptExchange | null): void {
    if (row !== null && row.exchange.id !== this.shown) this.shown = null;
    this.chosen = row;
    this.whole = row?.exchange ?? null;
    if (row !== null) void this.#readWhole(row);
  }

  async #readWhole({ call, exchange: { id } }: KeptExchange): Promise<void> {
    const whose = this.#whose;
    // What has happened since the last call is kept with the next one.
    if (whose === null || call === null) return;
    try {
      const answer = await this.#backend.query({ type: "exchange", whose, number: call, id });
      if (answer.type === "exchange" && answer.value && this.chosen?.exchange.id === id)
        this.whole = answer.value;
    } catch (thrown) {
      if (this.chosen?.exchange.id === id) this.failure = asFailure(thrown);
    }
  }

  /** Everything as HAR 1.2. */
  async har(number: number | null): Promise<string | null> {
    if (this.#whose === null) return null;
    try {
      const answer = await this.#backend.query({ type: "har", whose: this.#whose, number });
      return answer.type === "har" ? answer.value : null;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return null;
    }
  }
}
