import {
  asFailure,
  type Backend,
  type Compared,
  type Failure,
  type KeptRun,
  type PastSession,
  type RowKey,
  type RunDiff,
} from "../backend/backend";
import { hostOf, timeText } from "../controls/format";
import { pastTitle, whenText } from "../history/words";
import type { Screen } from "../state/inspector.svelte";

/** What is to be compared: runs of a flow, or kept sessions of which one was chosen. */
export interface Comparing {
  of: { type: "flow"; file: string; name: string } | { type: "sessions"; session: PastSession };
  /** Where the person came from. */
  from: Screen;
}

/** One that can be compared. */
export interface Choice {
  id: string;
  label: string;
  of: Compared;
}

/** So many sessions are offered. */
const MOST_SESSIONS = 500;

/** To the second: two runs in a minute are told apart. */
const instantText = (instant: string): string => `${whenText(instant)}:${timeText(instant).slice(-2)}`;

const runChoice = ({ file, startedAt, outcome, connection }: KeptRun): Choice => ({
  id: file,
  label: `${instantText(startedAt)}, ${outcome.replace("_", " ")} on ${connection}`,
  of: { type: "kept_run", file },
});

const sessionChoice = (session: PastSession): Choice => ({
  id: String(session.key),
  // The instant first: most have the same title, and little room.
  label: `${instantText(session.touchedAt)}, ${pastTitle(session)}, ${session.connectionName}`,
  of: { type: "past", session: session.key },
});

/** Two runs or sessions, what differs between them, and what of it is looked at. */
export class Comparison {
  /** Newest first. */
  choices = $state.raw<readonly Choice[]>([]);
  loaded = $state(false);
  before = $state<string | null>(null);
  after = $state<string | null>(null);
  key = $state.raw<RowKey>({ by: "found" });
  diff = $state.raw<RunDiff | null>(null);
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  onlyChanges = $state(true);
  /** The index of the step that is looked at, among all. */
  step = $state<number | null>(null);
  /** The place of the table among those of the step. */
  table = $state(0);
  /** The cell that is looked at: the indexes of its row and of its column. */
  cell = $state.raw<{ row: number; column: number } | null>(null);

  steps = $derived.by(() => {
    const numbered = (this.diff?.steps ?? []).map((step, index) => ({ step, index }));
    return this.onlyChanges ? numbered.filter(({ step }) => step.mark !== "same") : numbered;
  });
  shownStep = $derived(this.step === null ? null : (this.diff?.steps[this.step] ?? null));
  shownTable = $derived(this.shownStep?.tables[this.table] ?? null);

  readonly #backend: Backend;
  #asked = 0;

  constructor(
    backend: Backend,
    readonly comparing: Comparing,
  ) {
    this.#backend = backend;
  }

  /** Reads what can be compared, and compares the newest two of it. */
  async begin(): Promise<void> {
    try {
      this.choices = await this.#readChoices();
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
    this.loaded = true;
    await this.compare();
  }

  async #readChoices(): Promise<readonly Choice[]> {
    const { of } = this.comparing;
    if (of.type === "flow") {
      const answer = await this.#backend.query({ type: "flow_runs", file: of.file });
      const runs = answer.type === "flow_runs" ? answer.value.map(runChoice) : [];
      [this.after, this.before] = [runs[0]?.id ?? null, runs[1]?.id ?? null];
      return runs;
    }
    const filter = { connection: null, pinned: false, ended: false };
    const answer = await this.#backend.query({ type: "history", filter, offset: 0, limit: MOST_SESSIONS });
    const listed = answer.type === "history" ? answer.value.sessions : [];
    const { session } = of;
    const sessions = listed.some(({ key }) => key === session.key) ? listed : [session, ...listed];
    // The one before it that looked at the same site, or else just the one before it.
    const older = sessions.slice(sessions.findIndex(({ key }) => key === session.key) + 1);
    const others = sessions.filter(({ key }) => key !== session.key);
    const alike = older.find(({ url }) => hostOf(url) === hostOf(session.url));
    this.after = String(session.key);
    this.before = (alike ?? older[0] ?? others[0])?.key.toString() ?? null;
    return sessions.map(sessionChoice);
  }

  /** Takes others to compare. */
  choose(side: "before" | "after", id: string): void {
    this[side] = id;
    void this.compare();
  }

  swap(): void {
    [this.before, this.after] = [this.after, this.before];
    void this.compare();
  }

  /** Takes another column for the key of the rows. */
  match(key: RowKey): void {
    this.key = key;
    void this.compare(true);
  }

  /** Compares what is chosen; with `stay`, what is looked at stays. */
  async compare(stay = false): Promise<void> {
    const of = (id: string | null) => this.choices.find((choice) => choice.id === id)?.of;
    const [before, after] = [of(this.before), of(this.after)];
    if (!before || !after) return;
    const asked = ++this.#asked;
    this.busy = true;
    this.cell = null;
    if (!stay) this.key = { by: "found" };
    try {
      const answer = await this.#backend.query({ type: "compare", before, after, key: this.key });
      if (asked !== this.#asked || answer.type !== "compare") return;
      this.diff = answer.value;
      this.failure = null;
      if (!stay) this.#lookAtFirst(answer.value);
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.failure = asFailure(thrown);
      if (!stay) this.diff = null;
    } finally {
      if (asked === this.#asked) this.busy = false;
    }
  }

  /** Shows the first step whose rows differ, or else the first that differs. */
  #lookAtFirst({ steps, same }: RunDiff): void {
    const rows = steps.findIndex(({ tables }) => tables.some(({ mark }) => mark !== "same"));
    const other = steps.findIndex(({ mark }) => mark !== "same");
    const read = steps.findIndex(({ tables }) => tables.length > 0);
    if (same) this.onlyChanges = false;
    this.look([rows, other, read, 0].find((index) => index >= 0 && index < steps.length) ?? null);
  }

  /** Leaves out what is the same, or shows it. */
  narrow(): void {
    this.onlyChanges = !this.onlyChanges;
    // Rows have other places now.
    this.cell = null;
  }

  /** Looks at a step, at the first of its tables that differs. */
  look(step: number | null): void {
    this.step = step;
    const tables = step === null ? [] : (this.diff?.steps[step]?.tables ?? []);
    this.table = Math.max(
      0,
      tables.findIndex(({ mark }) => mark !== "same"),
    );
    this.cell = null;
  }
}
