const TICK_MS = 250;
const REMEMBERED = 32;

/** The hub's time, ticking four times a second: the only timer that what is shown depends on. */
export class Clock {
  /** Milliseconds since 1970 by the hub's clock. */
  now = $state(Date.now());
  /** Whole seconds of it: what depends on this alone is worked out once a second. */
  second = $derived(Math.floor(this.now / 1000));
  #samples: number[] = [];
  #offset = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame: number | undefined;

  /** Learns how far the hub's clock is ahead of ours; the sample that travelled the shortest is the best one. */
  hear(hubNow: string): void {
    const sample = Date.parse(hubNow) - Date.now();
    if (!Number.isFinite(sample)) return;
    this.#samples = [...this.#samples, sample].slice(-REMEMBERED);
    this.#offset = Math.max(...this.#samples);
  }

  /** Ticks until the returned function is called; an unseen window does not tick. */
  start(): () => void {
    const tick = () => {
      this.#frame = requestAnimationFrame(() => {
        this.now = Date.now() + this.#offset;
        this.#timer = setTimeout(tick, TICK_MS - (this.now % TICK_MS));
      });
    };
    tick();
    return () => {
      clearTimeout(this.#timer);
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    };
  }
}
