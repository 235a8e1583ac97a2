import type { Backend, Flow, FlowProblem, FlowStep, Parameter } from "../backend/backend";
import { capital, sentence } from "../controls/format";
import { canonical } from "../page/scrapeCall";
import type { ScrapeWish } from "../page/scrapeWish";
import { forgetDraft, keepDraft, keptDraft } from "./flowDrafts";
import { TypedScrapes, typedInto, type ScrapeStepCall } from "./scrapeSteps";
import { isName, renamedIn, usesIn } from "./templates";

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
  /** What the hub finds wrong first. */
  #told = $state.raw<FlowProblem | null>(null);
  /** The flow was changed elsewhere since this draft was begun. */
  outdated = $state(false);
  #base = $state("");
  /** As it is kept now, which is newer than the base when it was changed elsewhere. */
  #kept: Flow;
  #undo = $state.raw<readonly State[]>([]);
  /** Letters that are typed into one field are one change. */
  #typedInto = "";
  #asked = 0;
  readonly #scrapes = new TypedScrapes();
  readonly #unsaid = $derived(this.#scrapes.unsaid(this.flow.steps));

  /** The first thing that is wrong with it. */
  readonly problem = $derived.by<FlowProblem | null>(() => {
    const [first] = this.#unsaid;
    return first ? { field: `steps[${first[0]}].call.data`, why: first[2] } : this.#told;
  });
  readonly changed = $derived(JSON.stringify(this.flow) !== this.#base || this.#unsaid.length > 0);
  readonly canUndo = $derived(this.#undo.length > 0);

  constructor(
    readonly file: string,
    kept: Flow,
    readonly backend: Pick<Backend, "query">,
  ) {
    const draft = keptDraft(file);
    this.#kept = kept;
    this.#base = draft?.base ?? JSON.stringify(kept);
    this.flow = draft?.flow ?? kept;
    this.#scrapes.recall(this.flow.steps, draft?.typed ?? []);
    this.was(kept);
    void this.#check();
  }

  /** The flow as it is kept now. */
  was(kept: Flow): void {
    this.#kept = kept;
    const base = JSON.stringify(kept);
    if (base === this.#base) return;
    if (this.changed) this.outdated = canonical(kept) !== canonical(JSON.parse(this.#base));
    // The same with its names in another order: what was typed stays as it stands.
    else if (canonical(kept) === canonical(this.flow)) return;
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
    const typed = this.#unsaid.map(([place, wish]) => [place, wish] as const);
    if (this.changed) keepDraft(this.file, { base: this.#base, flow: this.flow, typed });
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

  /** What a scrape is asked for, as it was typed. */
  wishOf(call: ScrapeStepCall): ScrapeWish {
    return this.#scrapes.wishOf(call);
  }

  setWish(place: number, change: Partial<ScrapeWish>): void {
    const call = this.flow.steps[place]?.call;
    if (call?.type !== "scrape") return;
    const before = this.wishOf(call);
    const wish = { ...before, ...change };
    const field = typedInto(before, wish);
    this.setStep(place, { call: this.#scrapes.callOf(wish) }, field && `call${field}`);
  }

  /** What the hub finds wrong with a scrape: it stands at none of its fields. */
  scrapeProblem(place: number): string | null {
    const { field = "", why = "" } = this.#told ?? {};
    if (this.#unsaid.length > 0 || !new RegExp(`^steps\\[${place}\\]\\.call`).test(field)) return null;
    return capital(sentence(why));
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
    this.flow.steps.forEach(({ call }, i) => this.#scrapes.follow(call, steps[i]?.call ?? call));
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
    return [this.problem, this.#told].find((problem) => problem?.field === field)?.why ?? null;
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
      if (asked === this.#asked && answer.type === "flow_problem") this.#told = answer.value;
    } catch {
      // Then saving says it.
    }
  }

  /** Goes back to what is kept; undo brings the changes back. */
  discard(): void {
    const kept = this.#kept;
    const at = typeof this.at === "number" && this.at >= kept.steps.length ? "flow" : this.at;
    this.#base = JSON.stringify(kept);
    this.outdated = false;
    this.#change(kept, "", at);
  }

  /** It was saved. */
  settle(kept: Flow): void {
    forgetDraft(this.file);
    this.#kept = kept;
    this.#base = JSON.stringify(kept);
    this.flow = kept;
    this.#undo = [];
    this.#typedInto = "";
    this.outdated = false;
    if (typeof this.at === "number" && this.at >= kept.steps.length) this.at = "flow";
    void this.#check();
  }
}
