/** Whether it is the one that is meant. */
export class Flag {
  on = $state(false);
}

/** Which one of many is meant. Of all flags only that of the one it was and of the one it becomes change. */
export class OneOf {
  /** Not a map of Svelte: who waits for a flag must not hear of other flags. */
  readonly #flags: Record<string, Flag> = Object.create(null) as Record<string, Flag>;
  #current: string | null = null;

  /** To be asked for outside of what reads it. */
  flag(id: string): Flag {
    let flag = this.#flags[id];
    if (!flag) {
      flag = new Flag();
      flag.on = id === this.#current;
      this.#flags[id] = flag;
    }
    return flag;
  }

  set(id: string | null): void {
    if (id === this.#current) return;
    const before = this.#current === null ? undefined : this.#flags[this.#current];
    if (before) before.on = false;
    this.#current = id;
    const now = id === null ? undefined : this.#flags[id];
    if (now) now.on = true;
  }
}
