import {
  asFailure,
  type Backend,
  type Failure,
  type FilterHelp,
  type FilterProblem,
  type FilterSuggestion,
  type PastHit,
} from "../backend/backend";

const HITS_AT_ONCE = 100;
/** A person who types is done after so long. */
const TYPING_MS = 200;

/** What a hit is known by in a list. */
export const hitKey = ({ session, call }: PastHit): string => `${session.key} ${call.number}`;

/** A text with a suggestion put where it belongs, and the place after it. A value is followed by a space. */
export function taken(
  text: string,
  { from, to }: Pick<FilterHelp, "from" | "to">,
  { text: put }: Pick<FilterSuggestion, "text">,
): { text: string; at: number } {
  const rest = text.slice(to);
  const gap = put.endsWith(":") || rest.startsWith(" ") ? "" : " ";
  return { text: text.slice(0, from) + put + gap + rest, at: from + put.length + gap.length };
}

/** What is searched for, what can be typed next, and what was found. */
export class Finding {
  text = $state("");
  hits = $state.raw<readonly PastHit[]>([]);
  total = $state(0);
  problem = $state.raw<FilterProblem | null>(null);
  failure = $state.raw<Failure | null>(null);
  searching = $state(false);
  help = $state.raw<FilterHelp | null>(null);

  /** Something is asked for. */
  active = $derived(this.text.trim() !== "");

  readonly #backend: Backend;
  #asked = 0;
  #helpAsked = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Searches, when the person has stopped typing. */
  type(text: string): void {
    this.text = text;
    clearTimeout(this.#typing);
    this.#asked++;
    this.searching = this.active;
    if (this.active) this.#typing = setTimeout(() => void this.search(), TYPING_MS);
    else this.#forget();
  }

  #forget(): void {
    this.hits = [];
    this.total = 0;
    this.problem = null;
    this.failure = null;
  }

  /** Reads the first hits. */
  async search(): Promise<void> {
    if (!this.active) return;
    await this.#read(0, (hits) => (this.hits = hits));
  }

  /** Reads the next ones. */
  async more(): Promise<void> {
    if (this.searching || this.hits.length >= this.total) return;
    const before = this.hits;
    await this.#read(before.length, (hits) => (this.hits = [...before, ...hits]));
  }

  async #read(offset: number, take: (hits: readonly PastHit[]) => void): Promise<void> {
    const asked = ++this.#asked;
    this.searching = true;
    try {
      const query = { type: "history_search", typed: this.text, offset, limit: HITS_AT_ONCE } as const;
      const answer = await this.#backend.query(query);
      if (asked !== this.#asked || answer.type !== "history_search") return;
      this.total = answer.value.total;
      this.problem = answer.value.problem;
      this.failure = null;
      take(answer.value.hits);
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.failure = asFailure(thrown);
    }
    this.searching = false;
  }

  /** Asks what can be typed at a place. */
  async helpAt(at: number): Promise<void> {
    const asked = ++this.#helpAsked;
    try {
      const answer = await this.#backend.query({ type: "history_help", typed: this.text, at });
      if (asked === this.#helpAsked && answer.type === "history_help") this.help = answer.value;
    } catch {
      // A field without suggestions can be typed into all the same.
      if (asked === this.#helpAsked) this.help = null;
    }
  }

  /** Nothing is offered any more. */
  noHelp(): void {
    this.#helpAsked++;
    this.help = null;
  }
}
