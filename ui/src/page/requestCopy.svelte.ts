import { asFailure, type Backend, type Command, type Failure } from "../backend/backend";
import { copyText } from "../state/clipboard";

/** In which form a request was copied last, and how that went. */
export interface RequestCopy {
  as: "body" | "curl";
  worked: boolean;
  at: number;
}

/** Copies the request that a command would send. */
export class RequestCopying {
  last = $state.raw<RequestCopy | null>(null);
  failure = $state.raw<Failure | null>(null);

  constructor(
    readonly backend: Pick<Backend, "query">,
    readonly clock: () => number,
  ) {}

  async copy(command: Command, as: RequestCopy["as"]): Promise<void> {
    this.failure = null;
    try {
      const answer = await this.backend.query({ type: "request", command });
      if (answer.type !== "request") return;
      this.last = { as, worked: await copyText(answer.value[as]), at: this.clock() };
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
  }
}
