import type { Answer } from "./generated/Answer";
import type { Command } from "./generated/Command";
import type { Event } from "./generated/Event";
import type { Failure } from "./generated/Failure";
import type { FailureCode } from "./generated/FailureCode";
import type { LiveInput } from "./generated/LiveInput";
import type { LiveNews } from "./generated/LiveNews";
import type { Outcome } from "./generated/Outcome";
import type { Query } from "./generated/Query";

export type { Action } from "./generated/Action";
export type { Abilities } from "./generated/Abilities";
export type { ActionParam } from "./generated/ActionParam";
export type { Ask } from "./generated/Ask";
export type { Billing } from "./generated/Billing";
export type { Budget } from "./generated/Budget";
export type { BudgetRule } from "./generated/BudgetRule";
export type { Call } from "./generated/Call";
export type { CallKind } from "./generated/CallKind";
export type { CallSum } from "./generated/CallSum";
export type { CellPlace } from "./generated/CellPlace";
export type { Language as CodeLanguage } from "./generated/Language";
export type { CodeOf } from "./generated/CodeOf";
export type { Closed } from "./generated/Closed";
export type { ColumnDiff } from "./generated/ColumnDiff";
export type { Compared } from "./generated/Compared";
export type { ConnectionState } from "./generated/ConnectionState";
export type { CreditState } from "./generated/CreditState";
export type { DaySum } from "./generated/DaySum";
export type { Delta } from "./generated/Delta";
export type { Dialect } from "./generated/Dialect";
export type { ConsoleLevel } from "./generated/ConsoleLevel";
export type { ConsoleLine } from "./generated/ConsoleLine";
export type { Evidence } from "./generated/Evidence";
export type { Exchange } from "./generated/Exchange";
export type { ExchangeTiming } from "./generated/ExchangeTiming";
export type { HttpBody } from "./generated/HttpBody";
export type { HttpHeader } from "./generated/HttpHeader";
export type { KeptExchange } from "./generated/KeptExchange";
export type { KeptLine } from "./generated/KeptLine";
export type { Whose } from "./generated/Whose";
export type { DiffMark } from "./generated/DiffMark";
export type { EntryFilter } from "./generated/EntryFilter";
export type { Act } from "./generated/Act";
export type { After } from "./generated/After";
export type { Deed } from "./generated/Deed";
export type { FlowElement } from "./generated/FlowElement";
export type { Flow } from "./generated/Flow";
export type { FlowCall } from "./generated/FlowCall";
export type { FlowCode } from "./generated/FlowCode";
export type { FlowDeed } from "./generated/FlowDeed";
export type { FlowProblem } from "./generated/FlowProblem";
export type { FlowRun } from "./generated/FlowRun";
export type { FlowStep } from "./generated/FlowStep";
export type { FlowSummary } from "./generated/FlowSummary";
export type { KeptRun } from "./generated/KeptRun";
export type { MadeFlow } from "./generated/MadeFlow";
export type { MatchedBy } from "./generated/MatchedBy";
export type { Matched } from "./generated/Matched";
export type { Pace } from "./generated/Pace";
export type { Parameter } from "./generated/Parameter";
export type { RowDiff } from "./generated/RowDiff";
export type { RowKey } from "./generated/RowKey";
export type { Run } from "./generated/Run";
export type { RunFile } from "./generated/RunFile";
export type { RunDiff } from "./generated/RunDiff";
export type { RunForm } from "./generated/RunForm";
export type { RunOutcome } from "./generated/RunOutcome";
export type { RunPhase } from "./generated/RunPhase";
export type { RemovedSession } from "./generated/RemovedSession";
export type { ScrapeCall } from "./generated/ScrapeCall";
export type { Selector } from "./generated/Selector";
export type { SelectorKind } from "./generated/SelectorKind";
export type { StepAspect } from "./generated/StepAspect";
export type { StepChange } from "./generated/StepChange";
export type { StepDiff } from "./generated/StepDiff";
export type { StepFailure } from "./generated/StepFailure";
export type { StepRun } from "./generated/StepRun";
export type { Stretch } from "./generated/Stretch";
export type { TableDiff } from "./generated/TableDiff";
export type { Header } from "./generated/Header";
export type { HistoryFilter } from "./generated/HistoryFilter";
export type { HistoryPage } from "./generated/HistoryPage";
export type { HistorySizes } from "./generated/HistorySizes";
export type { HostSum } from "./generated/HostSum";
export type { ItemGuess } from "./generated/ItemGuess";
export type { ImageData } from "./generated/ImageData";
export type { KeepKey } from "./generated/KeepKey";
export type { LedgerLine } from "./generated/LedgerLine";
export type { LedgerPage } from "./generated/LedgerPage";
export type { Light } from "./generated/Light";
export type { LogLine } from "./generated/LogLine";
export type { LogPage } from "./generated/LogPage";
export type { ModelState } from "./generated/ModelState";
export type { News } from "./generated/News";
export type { Notice } from "./generated/Notice";
export type { NoticeKind } from "./generated/NoticeKind";
export type { Observation } from "./generated/Observation";
export type { CallTiming } from "./generated/CallTiming";
export type { PastCall } from "./generated/PastCall";
export type { PastCalls } from "./generated/PastCalls";
export type { PastHit } from "./generated/PastHit";
export type { PastSession } from "./generated/PastSession";
export type { Place } from "./generated/Place";
export type { Plan } from "./generated/Plan";
export type { Preset } from "./generated/Preset";
export type { Probe } from "./generated/Probe";
export type { ProxyOptions } from "./generated/ProxyOptions";
export type { QueryElement } from "./generated/QueryElement";
export type { RequestText } from "./generated/RequestText";
export type { RateCard } from "./generated/RateCard";
export type { Reason } from "./generated/Reason";
export type { ExportForm } from "./generated/ExportForm";
export type { Exported } from "./generated/Exported";
export type { Exporting } from "./generated/Exporting";
export type { Extract } from "./generated/Extract";
export type { Field } from "./generated/Field";
export type { FieldGuess } from "./generated/FieldGuess";
export type { FilterHelp } from "./generated/FilterHelp";
export type { FilterProblem } from "./generated/FilterProblem";
export type { FilterSuggestion } from "./generated/FilterSuggestion";
export type { Explanation } from "./generated/Explanation";
export type { Help } from "./generated/Help";
export type { FieldKind } from "./generated/FieldKind";
export type { FoundBy } from "./generated/FoundBy";
export type { Reading } from "./generated/Reading";
export type { Scraped } from "./generated/Scraped";
export type { SessionDetail } from "./generated/SessionDetail";
export type { SessionPhase } from "./generated/SessionPhase";
export type { SessionState } from "./generated/SessionState";
export type { SessionSum } from "./generated/SessionSum";
export type { Settings } from "./generated/Settings";
export type { Snapshot } from "./generated/Snapshot";
export type { SpecialAction } from "./generated/SpecialAction";
export type { StartForm } from "./generated/StartForm";
export type { Tab as PageTab } from "./generated/Tab";
export type { TabDeed } from "./generated/TabDeed";
export type { Theme } from "./generated/Theme";
export type { TriedModel } from "./generated/TriedModel";
export type { UsageReport } from "./generated/UsageReport";
export type { Viewport } from "./generated/Viewport";
export type { WhatIf } from "./generated/WhatIf";
export type { WhatIfAnswer } from "./generated/WhatIfAnswer";
export type { Answer, Command, Failure, FailureCode, LiveInput, LiveNews, Outcome, Query };
/** An event of the hub; `Event` itself is the browser's word. */
export type HubEvent = Event;

/** Whether news arrive. */
export type Link = "connected" | "lost";

/** What comes from a live picture. */
export interface LiveViewer {
  /** A JPEG of the viewport. */
  onFrame: (jpeg: Blob) => void;
  onNews: (news: LiveNews) => void;
  /** It ended, and why when that is known; nothing comes after it. */
  onEnd: (failure: Failure | null) => void;
}

/** A live picture that is being shown. */
export interface LiveView {
  /** Mouse and keyboard of a person; a view that was not opened to act refuses them. */
  act(input: LiveInput): void;
  close(): void;
}

/** What becomes of live sessions when the app ends; `ask` begins it. */
export type QuitChoice = "close_sessions" | "leave_sessions" | "stay" | "ask";

/** The hub, however it is reached. `send` and `query` reject with a [`Failure`]. */
export interface Backend {
  send(command: Command): Promise<Outcome>;
  query(query: Query): Promise<Answer>;
  /** Calls `listener` with each event until the returned function is called. */
  subscribe(listener: (event: HubEvent) => void, onState: (link: Link) => void): () => void;
  /** The address of a picture that is named by its hash. */
  pictureUrl(hash: string): string;
  /** Shows a session as it changes. Watching moves no deadline; with `acts` a person's input is taken, and counts as use. */
  live(session: string, acts: boolean, viewer: LiveViewer): LiveView;
  /** Asks where to keep a file and writes it there; null when the person thought better of it. Rejects with a Failure. */
  saveFile(name: string, contents: string | Uint8Array): Promise<string | null>;
  /** Asks where to keep the session file that was exported last of a kept session; null when the person thought better
   * of it. */
  keepExport(session: number, name: string): Promise<string | null>;
  /** Asks for a session file, and gives the path that the hub finds it by; null when the person thought better of it. */
  chooseSessionFile(): Promise<string | null>;
  /** Ends the app, or answers its question before that. */
  quit(choice: QuitChoice): Promise<void>;
  /** Shows a notice by the system; false where that is not possible or not allowed. */
  notify(title: string, text: string): Promise<boolean>;
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
