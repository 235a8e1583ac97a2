import type { Backend, Flow, FlowProblem, FlowStep, Parameter } from "../backend/backend";
import { isName, renamedIn, usesIn } from "./templates";
import { forgetDraft, keepDraft, keptDraft } from "./flowDrafts";

/** So many changes can be taken back. */
const MOST = 200;

/** What is edited: the flow's own words and parameters, or a step by its place. */
export type Place = "flow" | number;

interface State {
  flow: Flow;
  at: Place;
}

/** A flow while it is being changed. What is not saved is kept on this machine until it is saved or thrown away. */
export class Editing {
  flow = $state.raw<Flow>() as Flow;
  at = $state<Place>("flow");
  /** The first thing that is wrong with it, as the hub says. */
  problem = $state.raw<FlowProblem | null>(null);
  /** The flow was changed elsewhere since this draft was begun. */
  outdated = $state(false);
  #base = $state("");
  #undo = $state.raw<readonly State[]>([]);
  /** Letters that are typed into one field are one change. */
  #typedInto = "";
  #asked = 0;

  readonly changed = $derived(JSON.stringify(this.flow) !== this.#base);
  readonly canUndo = $derived(this.#undo.length > 0);

  constructor(
    readonly file: string,
    kept: Flow,
    readonly backend: Pick<Backend, "query">,
  ) {
    const draft = keptDraft(file);
    this.#base = draft?.base ?? JSON.stringify(kept);
    this.flow = draft?.flow ?? kept;
    this.was(kept);
    void this.#check();
  }

  /** The flow as it is kept now. */
  was(kept: Flow): void {
    const base = JSON.stringify(kept);
    if (base === this.#base) return;
    if (this.changed) this.outdated = true;
    else {
      this.#base = base;
      this.flow = kept;
    }
  }

  /** Changes something; with the name of a field, letters that follow are part of the same change. */
  #change(flow: Flow, field = "", at: Place = this.at): void {
    if (field === "" || field !== this.#typedInto)
      this.#undo = [...this.#undo.slice(1 - MOST), { flow: this.flow, at: this.at }];
    this.#typedInto = field;
    this.flow = flow;
    this.at = at;
    this.#keep();
  }

  #keep(): void {
    if (this.changed) keepDraft(this.file, { base: this.#base, flow: this.flow });
    else forgetDraft(this.file);
    void this.#check();
  }

  undo(): void {
    const last = this.#undo.at(-1);
    if (!last) return;
    this.#undo = this.#undo.slice(0, -1);
    this.#typedInto = "";
    this.flow = last.flow;
    this.at = last.at;
    this.#keep();
  }

  describe(description: string): void {
    this.#change({ ...this.flow, description }, "description");
  }

  setStep(place: number, change: Partial<FlowStep>, field = ""): void {
    const steps = this.flow.steps.map((step, i) => (i === place ? { ...step, ...change } : step));
    this.#change({ ...this.flow, steps }, field && `steps[${place}].${field}`);
  }

  replaceStep(place: number, step: FlowStep, field: string): void {
    const steps = this.flow.steps.with(place, step);
    this.#change({ ...this.flow, steps }, `steps[${place}].${field}`);
  }

  /** Puts a step before the one at a place. */
  addStep(place: number, step: FlowStep): void {
    this.#change(
      { ...this.flow, steps: this.flow.steps.toSpliced(place, 0, structuredClone(step)) },
      "",
      place,
    );
  }

  removeStep(place: number): void {
    const steps = this.flow.steps.toSpliced(place, 1);
    this.#change({ ...this.flow, steps }, "", steps.length > 0 ? Math.min(place, steps.length - 1) : "flow");
  }

  /** Moves a step by so many places. */
  moveStep(place: number, by: number): void {
    const to = place + by;
    const step = this.flow.steps[place];
    if (!step || to < 0 || to >= this.flow.steps.length) return;
    const steps = this.flow.steps.toSpliced(place, 1).toSpliced(to, 0, step);
    this.#change({ ...this.flow, steps }, "", to);
  }

  setParameter(place: number, change: Partial<Parameter>, field = ""): void {
    const parameters = this.flow.parameters.map((one, i) => (i === place ? { ...one, ...change } : one));
    this.#change({ ...this.flow, parameters }, field && `parameters[${place}].${field}`);
  }

  replaceParameter(place: number, one: Parameter, field = ""): void {
    const parameters = this.flow.parameters.with(place, one);
    this.#change({ ...this.flow, parameters }, field && `parameters[${place}].${field}`);
  }

  /** Gives a parameter another name, also where steps use it. */
  renameParameter(place: number, name: string): void {
    const one = this.flow.parameters[place];
    if (!one) return;
    const alone = (wanted: string) =>
      this.flow.parameters.every((other, i) => i === place || other.name !== wanted);
    // What two are called at the moment says nothing about whose it is.
    const renames = isName(name) && alone(name) && alone(one.name);
    const steps = renames ? renamedIn(this.flow.steps, one.name, name) : this.flow.steps;
    const parameters = this.flow.parameters.with(place, { ...one, name });
    this.#change({ ...this.flow, parameters, steps });
  }

  /** How many steps use a parameter. */
  uses(name: string): number {
    return this.flow.steps.filter((step) => usesIn(step, name)).length;
  }

  addParameter(): void {
    const taken = this.flow.parameters.map(({ name }) => name);
    let number = this.flow.parameters.length + 1;
    while (taken.includes(`value_${number}`)) number++;
    const parameter: Parameter = { name: `value_${number}`, kind: "string" };
    this.#change({ ...this.flow, parameters: [...this.flow.parameters, parameter] });
  }

  removeParameter(place: number): void {
    this.#change({ ...this.flow, parameters: this.flow.parameters.toSpliced(place, 1) });
  }

  /** What is wrong with a field, by its way in the document. */
  problemOf(field: string): string | null {
    return this.problem?.field === field ? this.problem.why : null;
  }

  /** Where the problem is. */
  readonly wrongPlace = $derived.by<Place>(() => {
    const step = /^steps\[(\d+)\]/.exec(this.problem?.field ?? "");
    return step ? Number(step[1]) : "flow";
  });

  /** Asks the hub what is wrong: it decides what it keeps. */
  async #check(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const text = JSON.stringify(this.flow);
      const answer = await this.backend.query({ type: "flow_problem", text });
      if (asked === this.#asked && answer.type === "flow_problem") this.problem = answer.value;
    } catch {
      // Then saving says it.
    }
  }

  /** It was saved, or is to be as it is kept. */
  settle(kept: Flow): void {
    forgetDraft(this.file);
    this.#base = JSON.stringify(kept);
    this.flow = kept;
    this.#undo = [];
    this.#typedInto = "";
    this.outdated = false;
    if (typeof this.at === "number" && this.at >= kept.steps.length) this.at = "flow";
    void this.#check();
  }
}
