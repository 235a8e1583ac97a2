const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What a person edits of the server's values: an edit outlives news of the server, and knows that there are some. */
export class Draft<T extends object> {
  value: T;
  #base: T;
  /** What the server has now, when it changed under an edit. */
  theirs: T | null;

  constructor(server: T) {
    this.value = $state({ ...server });
    this.#base = $state.raw(server);
    this.theirs = $state.raw(null);
  }

  get changed(): boolean {
    return !same(this.value, this.#base);
  }

  /** The server's values came, for the first time or again. */
  offer(server: T): void {
    const edited = this.changed && !same(this.value, server);
    if (!edited) this.take(server);
    else this.theirs = same(server, this.#base) ? null : server;
  }

  /** Drops the edit. */
  take(server: T = this.theirs ?? this.#base): void {
    this.#base = server;
    this.value = { ...server };
    this.theirs = null;
  }
}
