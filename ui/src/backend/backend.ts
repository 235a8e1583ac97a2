import type { Answer } from "./generated/Answer";
import type { Command } from "./generated/Command";
import type { Event } from "./generated/Event";
import type { Failure } from "./generated/Failure";
import type { FailureCode } from "./generated/FailureCode";
import type { Outcome } from "./generated/Outcome";
import type { Query } from "./generated/Query";

export type { Action } from "./generated/Action";
export type { ActionParam } from "./generated/ActionParam";
export type { Call } from "./generated/Call";
export type { CallKind } from "./generated/CallKind";
export type { ConnectionState } from "./generated/ConnectionState";
export type { CreditState } from "./generated/CreditState";
export type { Delta } from "./generated/Delta";
export type { ImageData } from "./generated/ImageData";
export type { KeepKey } from "./generated/KeepKey";
export type { Light } from "./generated/Light";
export type { News } from "./generated/News";
export type { Observation } from "./generated/Observation";
export type { Scraped } from "./generated/Scraped";
export type { SessionDetail } from "./generated/SessionDetail";
export type { SessionPhase } from "./generated/SessionPhase";
export type { SessionState } from "./generated/SessionState";
export type { Settings } from "./generated/Settings";
export type { Snapshot } from "./generated/Snapshot";
export type { SpecialAction } from "./generated/SpecialAction";
export type { Theme } from "./generated/Theme";
export type { Viewport } from "./generated/Viewport";
export type { Answer, Command, Failure, FailureCode, Outcome, Query };
/** An event of the hub; `Event` itself is the browser's word. */
export type HubEvent = Event;

/** Whether news arrive. */
export type Link = "connected" | "lost";

/** The hub, however it is reached. `send` and `query` reject with a [`Failure`]. */
export interface Backend {
  send(command: Command): Promise<Outcome>;
  query(query: Query): Promise<Answer>;
  /** Calls `listener` with each event until the returned function is called. */
  subscribe(listener: (event: HubEvent) => void, onState: (link: Link) => void): () => void;
  /** The address of a picture that is named by its hash. */
  pictureUrl(hash: string): string;
}

/** Makes a [`Failure`] of whatever was thrown. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown && "code" in thrown) {
    const { code, message } = thrown;
    if (typeof code === "string" && typeof message === "string") {
      const hint = "hint" in thrown && typeof thrown.hint === "string" ? thrown.hint : null;
      return { code: code as FailureCode, message, hint };
    }
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "other", message, hint: null };
}
