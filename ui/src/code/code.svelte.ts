import {
  asFailure,
  type Backend,
  type CodeLanguage,
  type CodeOf,
  type Failure,
  type FlowCode,
} from "../backend/backend";
import { rememberLanguage, rememberedLanguage } from "./languages";

/** A flow as a program, in the language that was chosen. */
export class Code {
  language = $state<CodeLanguage>(rememberedLanguage());
  code = $state.raw<FlowCode | null>(null);
  failure = $state.raw<Failure | null>(null);
  #asked = 0;

  constructor(readonly backend: Backend) {}

  choose(language: CodeLanguage): void {
    this.language = language;
    rememberLanguage(language);
  }

  /** Has it written; of several questions the last one counts. */
  async read(of: CodeOf): Promise<void> {
    const asked = ++this.#asked;
    try {
      const answer = await this.backend.query({ type: "flow_code", of, language: this.language });
      if (asked !== this.#asked || answer.type !== "flow_code") return;
      this.code = answer.value;
      this.failure = null;
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.code = null;
      this.failure = asFailure(thrown);
    }
  }

  async save(): Promise<void> {
    if (!this.code) return;
    try {
      await this.backend.saveFile(this.code.fileName, this.code.text);
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
  }
}
