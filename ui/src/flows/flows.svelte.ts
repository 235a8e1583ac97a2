import {
  asFailure,
  type Failure,
  type Flow,
  type FlowDeed,
  type FlowRun,
  type FlowSummary,
  type Pace,
  type RunForm,
} from "../backend/backend";
import type { Inspector } from "../state/inspector.svelte";
import { budgetOf } from "./words";

/** The flows, the one that is looked at, and how it is to be run. */
export class Flows {
  list = $state.raw<readonly FlowSummary[]>([]);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  filter = $state("");
  file = $state<string | null>(null);
  flow = $state.raw<Flow | null>(null);
  /** What was typed into the parameters, by name; secrets stay in memory. */
  values = $state<Record<string, string>>({});
  budget = $state("");
  connection = $state("");
  busy = $state(false);

  shown = $derived(
    this.list.filter(({ name }) => name.toLowerCase().includes(this.filter.trim().toLowerCase())),
  );
  summary = $derived(this.list.find(({ file }) => file === this.file) ?? null);
  /** The newest run of the flow that is looked at. */
  run = $derived.by<FlowRun | null>(() => this.#newest());
  isRunning = $derived(this.run !== null && this.run.phase.type !== "over");

  constructor(readonly model: Inspector) {}

  #newest(): FlowRun | null {
    const { file } = this;
    if (file === null) return null;
    return this.model.world.flowRuns.findLast((run) => run.file === file) ?? null;
  }

  /** Reads the list, and the flow that is looked at. */
  async read(): Promise<void> {
    try {
      const answer = await this.model.backend.query({ type: "flows" });
      if (answer.type === "flows") this.list = answer.value;
      this.failure = null;
      const gone = this.file !== null && !this.list.some(({ file }) => file === this.file);
      await this.choose(gone ? null : (this.file ?? this.model.flowFile));
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
    this.loaded = true;
  }

  async choose(file: string | null): Promise<void> {
    if (file !== this.file) {
      this.values = {};
      this.flow = null;
    }
    this.file = this.model.flowFile = file;
    if (file === null || this.list.some((known) => known.file === file && known.problem !== null)) return;
    try {
      const answer = await this.model.backend.query({ type: "flow", file });
      if (answer.type === "flow" && this.file === file) this.flow = answer.value;
    } catch (thrown) {
      if (this.file === file) this.failure = asFailure(thrown);
    }
  }

  /** Parameters that have to be told before a run. */
  missing = $derived(
    (this.flow?.parameters ?? []).filter(
      ({ name, default: usual }) => usual === undefined && !this.values[name],
    ),
  );
  wrongBudget = $derived(budgetOf(this.budget) === undefined);

  /** Runs the flow, or a part of it. */
  async start(part: Partial<RunForm> = {}): Promise<void> {
    const budget = budgetOf(this.budget);
    if (this.file === null || budget === undefined) return;
    const typed = Object.entries(this.values).filter(([, value]) => value !== "");
    const form: RunForm = {
      connection: this.connection || (this.model.connection?.id ?? "local"),
      session: null,
      values: Object.fromEntries(typed),
      from: 0,
      until: null,
      budget,
      pace: "to_the_end",
      after: "close",
      ...part,
    };
    await this.do({ type: "run", file: this.file, form });
  }

  goOn(pace: Pace): Promise<string | null> {
    return this.run ? this.do({ type: "go_on", run: this.run.id, pace }) : Promise.resolve(null);
  }

  cancel(): Promise<string | null> {
    return this.run ? this.do({ type: "cancel", run: this.run.id }) : Promise.resolve(null);
  }

  /** Does something with flows; answers the file it was kept in, and keeps what went wrong for showing it. */
  async do(deed: FlowDeed): Promise<string | null> {
    if (this.busy) return null;
    this.busy = true;
    this.failure = null;
    try {
      const outcome = await this.model.backend.send({ type: "flow", deed });
      if (outcome.flow !== undefined) this.file = this.model.flowFile = outcome.flow;
      return outcome.flow ?? null;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** Saves the flow as a file that another inspector, or the command line, reads. */
  async export(): Promise<void> {
    if (!this.flow || this.file === null) return;
    try {
      await this.model.backend.saveFile(this.file, `${JSON.stringify(this.flow, null, 2)}\n`);
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
  }
}
