import {
  asFailure,
  type Failure,
  type Flow,
  type FlowDeed,
  type FlowRun,
  type FlowSummary,
  type Outcome,
  type Pace,
  type RunFile,
  type RunForm,
} from "../backend/backend";
import type { Inspector } from "../state/inspector.svelte";
import { Editing } from "./editing.svelte";
import { forgetDraft, hasDraft } from "./flowDrafts";
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
  /** The files that were chosen for parameters, by name. */
  files = $state.raw<Readonly<Record<string, RunFile>>>({});
  budget = $state("");
  connection = $state("");
  busy = $state(false);
  /** The flow that is looked at, while it is edited. */
  editing = $state.raw<Editing | null>(null);
  /** It has changes that were not saved. */
  drafted = $state(false);
  /** What was deleted last, and can be brought back. */
  deleted = $state.raw<Flow | null>(null);

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
      this.files = {};
      this.flow = null;
      this.editing = null;
    }
    this.file = this.model.flowFile = file;
    if (file === null || this.list.some((known) => known.file === file && known.problem !== null)) return;
    try {
      const answer = await this.model.backend.query({ type: "flow", file });
      if (answer.type === "flow" && this.file === file) {
        this.flow = answer.value;
        this.editing?.was(answer.value);
        this.drafted = hasDraft(file);
      }
    } catch (thrown) {
      if (this.file === file) this.failure = asFailure(thrown);
    }
  }

  /** Begins or ends editing; changes that are not saved are kept. */
  edit(on: boolean): void {
    if (this.flow === null || this.file === null) return;
    this.editing = on ? new Editing(this.file, this.flow, this.model.backend) : null;
    this.drafted = hasDraft(this.file);
  }

  /** Keeps what was edited. */
  async save(): Promise<void> {
    const { editing, file } = this;
    if (!editing) return;
    const { flow } = editing;
    if ((await this.do({ type: "save", file, flow })) === null) return;
    this.flow = flow;
    editing.settle(flow);
  }

  async remove(): Promise<void> {
    const { file, flow } = this;
    if (file === null) return;
    if (!(await this.#did({ type: "remove", file }))) return;
    forgetDraft(file);
    this.deleted = flow;
  }

  /** Brings back the flow that was deleted last. */
  async bringBack(): Promise<void> {
    const { deleted } = this;
    if (deleted && (await this.do({ type: "save", file: null, flow: deleted })) !== null) this.deleted = null;
  }

  /** Parameters that have to be told before a run. */
  missing = $derived(
    (this.flow?.parameters ?? []).filter(({ name, kind, default: usual }) =>
      kind === "file" ? !this.files[name] : usual === undefined && !this.values[name],
    ),
  );
  wrongBudget = $derived(budgetOf(this.budget) === undefined);

  /** Takes a file for a parameter. */
  give(parameter: string, file: RunFile | null): void {
    const { [parameter]: _before, ...others } = this.files;
    this.files = file ? { ...others, [parameter]: file } : others;
  }

  /** Runs the flow, or a part of it. */
  async start(part: Partial<RunForm> = {}): Promise<void> {
    const budget = budgetOf(this.budget);
    if (this.file === null || budget === undefined) return;
    const typed = Object.entries(this.values).filter(([, value]) => value !== "");
    const form: RunForm = {
      connection: this.connection || (this.model.connection?.id ?? "local"),
      session: null,
      values: Object.fromEntries(typed),
      files: Object.values(this.files),
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
    return (await this.#did(deed))?.flow ?? null;
  }

  async #did(deed: FlowDeed): Promise<Outcome | null> {
    if (this.busy) return null;
    this.busy = true;
    this.failure = null;
    try {
      const outcome = await this.model.backend.send({ type: "flow", deed });
      if (outcome.flow !== undefined) this.file = this.model.flowFile = outcome.flow;
      return outcome;
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
