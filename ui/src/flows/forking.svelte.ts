import {
  asFailure,
  type Failure,
  type FlowRun,
  type MadeFlow,
  type RunFile,
  type RunForm,
} from "../backend/backend";
import type { Inspector } from "../state/inspector.svelte";

/** The call that a session is forked after, of one that is known now or of one of the history. */
export type Forked = { number: number } & (
  { session: string; past?: undefined } | { session?: undefined; past: number }
);

/** A fork: the calls of a session up to one of them are made again on the local engine, and the session is handed over. */
export class Forking {
  made = $state.raw<MadeFlow | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** What was typed into the parameters, by name; secrets stay in memory. */
  values = $state<Record<string, string>>({});
  files = $state.raw<Readonly<Record<string, RunFile>>>({});
  busy = $state(false);
  #run = $state<number | null>(null);

  readonly run = $derived.by<FlowRun | null>(
    () => this.model.world.flowRuns.find(({ id }) => id === this.#run) ?? null,
  );
  readonly isRunning = $derived(this.run !== null && this.run.phase.type !== "over");
  /** What has to be told before it can begin. */
  readonly asked = $derived(
    (this.made?.flow.parameters ?? []).filter(
      ({ kind, default: usual }) => kind === "file" || usual === undefined,
    ),
  );
  readonly missing = $derived(
    this.asked.filter(({ name, kind }) => (kind === "file" ? !this.files[name] : !this.values[name])),
  );

  constructor(
    readonly model: Inspector,
    readonly of: Forked,
  ) {}

  /** Makes a flow of the calls. */
  async read(): Promise<void> {
    const { session = null, past = null, number } = this.of;
    const stretch = { session, past, first: 1, last: number };
    try {
      const answer = await this.model.backend.query({ type: "made_flow", stretch, name: "Fork" });
      if (answer.type === "made_flow") this.made = answer.value;
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
  }

  give(parameter: string, file: RunFile | null): void {
    const { [parameter]: _before, ...others } = this.files;
    this.files = file ? { ...others, [parameter]: file } : others;
  }

  async begin(): Promise<void> {
    if (!this.made || this.busy || this.isRunning || this.missing.length > 0) return;
    const form: RunForm = {
      ...{ connection: "local", session: null, from: 0, until: null, budget: null },
      ...{ pace: "to_the_end", after: "hand_over" },
      values: Object.fromEntries(
        this.asked.flatMap(({ name }) => (this.values[name] ? [[name, this.values[name]]] : [])),
      ),
      files: Object.values(this.files),
    };
    this.busy = true;
    this.failure = null;
    try {
      const deed = { type: "run_once", flow: this.made.flow, form } as const;
      this.#run = (await this.model.backend.send({ type: "flow", deed })).run ?? null;
    } catch (thrown) {
      this.failure = asFailure(thrown);
    } finally {
      this.busy = false;
    }
  }

  async cancel(): Promise<void> {
    if (!this.run || !this.isRunning) return;
    try {
      await this.model.backend.send({ type: "flow", deed: { type: "cancel", run: this.run.id } });
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
  }
}
