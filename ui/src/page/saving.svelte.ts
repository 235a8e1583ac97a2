import { asFailure, type Backend, type Failure } from "../backend/backend";

/** Files that the person keeps, and why the last one could not be. */
export class Saving {
  failure = $state.raw<Failure | null>(null);

  constructor(readonly backend: Pick<Backend, "saveFile">) {}

  async save(name: string, contents: string): Promise<void> {
    this.failure = null;
    try {
      await this.backend.saveFile(name, contents);
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
  }
}
