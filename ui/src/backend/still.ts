/** The instant at which a still scene stands. */
export const STILL_AT = "2026-11-24T12:00:00Z";

/** Stops the clock of this page, so that pictures of a scene can be compared. Only scenes of the fake backend do this. */
export function standStill(instant = STILL_AT): void {
  const now = Date.parse(instant);
  const Running = Date;
  const Standing = class extends Running {
    constructor(...given: [] | [value: string | number | Date]) {
      if (given.length === 0) super(now);
      else super(...(given as [string]));
    }
    static override now(): number {
      return now;
    }
  };
  globalThis.Date = Standing as DateConstructor;
  document.documentElement.dataset.still = "";
}
