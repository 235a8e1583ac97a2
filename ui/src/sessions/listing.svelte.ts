import type { Inspector } from "../state/inspector.svelte";
import {
  listLines,
  SOON_MS,
  stepFrom,
  type KeepAlive,
  type ListLine,
  type Look,
  type Show,
  type Sort,
} from "./filtering";
import { everyLine, nonePicked, stretched, toggled } from "./picking";

/** How the person looks at the session list, and which sessions are picked for something. */
export class Listing {
  show = $state<Show>("live");
  text = $state("");
  everywhere = $state(false);
  host = $state<string | null>(null);
  keepAlive = $state<KeepAlive>("any");
  soon = $state(false);
  sort = $state<Sort>("newest");
  picked = $state.raw(nonePicked);
  #anchor: string | null = null;

  /** How many filters narrow the list, besides the text. */
  narrowed = $derived(Number(this.host !== null) + Number(this.keepAlive !== "any") + Number(this.soon));

  look(model: Inspector): Look {
    return {
      show: this.show,
      text: this.text,
      connection: this.everywhere ? null : (model.connection?.id ?? null),
      host: this.host,
      keepAlive: this.keepAlive,
      // The clock is asked only while this filter is on, and then by whole seconds.
      endsBefore: this.soon ? model.clock.second * 1000 + SOON_MS : null,
      sort: this.sort,
    };
  }

  lines(model: Inspector): ListLine[] {
    return listLines(model.everySession, this.look(model));
  }

  clear(): void {
    this.text = "";
    this.host = null;
    this.keepAlive = "any";
    this.soon = false;
  }

  /** Shows the session so many places further down. */
  step(model: Inspector, by: number): void {
    const next = stepFrom(this.lines(model), model.selectedId, by);
    if (next !== null) this.choose(model, next);
  }

  /** Shows one session, and picks no other. */
  choose(model: Inspector, session: string): void {
    this.picked = nonePicked;
    this.#anchor = session;
    model.select(session);
  }

  /** Picks a session or lets go of it. */
  toggle(session: string, shown: string | null): void {
    this.#anchor = session;
    this.picked = toggled(this.picked, session, shown);
  }

  /** Picks all from the last one that was chosen to this one. */
  stretch(lines: readonly ListLine[], session: string, shown: string | null): void {
    this.picked = stretched(lines, this.#anchor ?? shown ?? session, session);
  }

  pickAll(lines: readonly ListLine[]): void {
    this.picked = everyLine(lines);
  }

  drop(): void {
    this.picked = nonePicked;
  }
}
