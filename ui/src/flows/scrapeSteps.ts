import type { FlowCall, FlowStep } from "../backend/backend";
import { dataProblem, type Reader } from "../page/instructions";
import { selectorProblem } from "../page/reading";
import { callOf, wishOf } from "../page/scrapeCall";
import type { ScrapeWish } from "../page/scrapeWish";

export type ScrapeStepCall = Extract<FlowCall, { type: "scrape" }>;

/** Which model will be asked is known when the flow runs. */
export const anyReader: Reader = {
  ready: true,
  told: "Asked of the language model of the server that runs it. They may hold parameters: {{name}}.",
};

/** Why a wish cannot be a step; null when it can. */
export const wishProblem = (wish: ScrapeWish): string | null =>
  selectorProblem(wish.selector) ?? dataProblem(wish, anyReader);

/**
 * What was typed into the scrapes of a flow, by the calls that it became: half of a field cannot be said in a call, and
 * is there all the same, also after an undo.
 */
export class TypedScrapes {
  readonly #typed = new WeakMap<FlowCall, ScrapeWish>();

  wishOf(call: ScrapeStepCall): ScrapeWish {
    return this.#typed.get(call) ?? wishOf(call);
  }

  /** The call that a wish is, as far as it can be said. */
  callOf(wish: ScrapeWish): ScrapeStepCall {
    const said = dataProblem({ ...wish, fields: [] }, anyReader) === null ? wish : { ...wish, schema: "" };
    const call: ScrapeStepCall = { type: "scrape", ...callOf(said, anyReader) };
    this.#typed.set(call, wish);
    return call;
  }

  /** The wish stays with a step that was changed otherwise. */
  follow(before: FlowCall, after: FlowCall): void {
    const wish = this.#typed.get(before);
    if (wish && before !== after && after.type === "scrape")
      this.#typed.set(after, { ...wish, instructions: after.instructions ?? "" });
  }

  /** What was typed and is no call yet, by the places of its steps. */
  unsaid(steps: readonly FlowStep[]): [number, ScrapeWish, string][] {
    return steps.flatMap(({ call }, place) => {
      const wish = this.#typed.get(call);
      const why = wish ? wishProblem(wish) : null;
      return wish && why !== null ? [[place, wish, why] as [number, ScrapeWish, string]] : [];
    });
  }

  /** Takes up what an earlier window had typed. */
  recall(steps: readonly FlowStep[], typed: readonly (readonly [number, ScrapeWish])[]): void {
    for (const [place, wish] of typed) {
      const call = steps[place]?.call;
      if (call?.type === "scrape") this.#typed.set(call, wish);
    }
  }
}

/** The way of the one text in which two wishes differ; empty when they differ otherwise. */
export function typedInto(before: unknown, after: unknown, way = ""): string {
  if (typeof before === "string" && typeof after === "string" && !way.endsWith(".kind")) return way;
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) return "";
  const [was, is] = [before, after].map((value) => new Map(Object.entries(value)));
  if (!was || !is || was.size !== is.size) return "";
  const differ = [...is].filter(([key, value]) => was.get(key) !== value);
  const [one] = differ;
  return one && differ.length === 1 ? typedInto(was.get(one[0]), one[1], `${way}.${one[0]}`) : "";
}
