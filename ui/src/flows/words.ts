import type {
  FlowCall,
  FlowProblem,
  FlowRun,
  FlowStep,
  RunOutcome,
  SelectorKind,
  StepRun,
} from "../backend/backend";
import { capital, creditsText, hostOf, plural, sentence, tookText } from "../controls/format";

type Tone = "live" | "bad" | "warn" | "plain";

/** What a step does, in a few words under its name. */
export function callWords(call: FlowCall): string {
  switch (call.type) {
    case "goto":
      return call.url;
    case "open_tab":
      return `in a tab: ${call.url}`;
    case "observe":
      return call.url ? `observe ${call.url}` : "observe the page as it is";
    case "act": {
      const first = call.element.selectors[0];
      const value = call.value === undefined ? "" : ` “${call.value}”`;
      return `${call.deed}${value} · ${first ? first.value : call.element.description}`;
    }
    case "scrape":
      return ["scrape", call.selector, call.extract ? "as rows" : null].filter(Boolean).join(" ");
    case "wait":
      return `wait ${tookText(call.ms)}`;
    case "switch_tab":
      return `tab ${call.tab + 1}`;
    case "back":
    case "forward":
    case "reload":
    case "close_tab":
      return call.type.replace("_", " ");
  }
}

/** What a step does when it fails, where that is not the usual. */
export function carefulWords({ retries = 0, on_failure }: FlowStep): string {
  const words = [];
  if (retries > 0) words.push(`at most ${plural(retries + 1, "try", "tries")}`);
  if (on_failure === "go_on") words.push("may fail");
  return words.join(", ");
}

export const outcomeWords: Record<RunOutcome, { text: string; tone: Tone }> = {
  done: { text: "done", tone: "live" },
  failed: { text: "failed", tone: "bad" },
  cancelled: { text: "cancelled", tone: "plain" },
  over_budget: { text: "over budget", tone: "warn" },
};

/** Where a run is, in a sentence. */
export function phaseWords(run: FlowRun): string {
  const of = `of ${run.stepsInAll}`;
  const made = run.run.steps.length;
  switch (run.phase.type) {
    case "starting":
      return `Starting a session on ${run.run.connection}`;
    case "running":
      return `Step ${made + 1} ${of}${run.phase.attempt > 1 ? `, try ${run.phase.attempt}` : ""}`;
    case "waiting":
      return `${plural(made, "step")} ${of} made; waiting for you`;
    case "closing":
      return "Closing its session";
    case "over": {
      const about = run.run.credits_estimated ? "about " : "";
      return `${made} ${of} steps, ${about}${creditsText(run.run.credits)} credits`;
    }
  }
}

/** What a step of a run gave, in a few words. */
export function gaveWords(step: StepRun): string {
  const words = [tookText(step.took_ms), `${creditsText(step.credits)} cr`];
  if (step.attempts > 1) words.push(plural(step.attempts, "try", "tries"));
  if (step.actions) words.push(plural(step.actions.total, "action"));
  if (step.network?.failed) words.push(`${plural(step.network.failed, "request")} failed`);
  if (step.console?.failed) words.push(plural(step.console.failed, "console error"));
  if (step.read) words.push(`${Math.ceil(step.read.markdown_bytes / 1000)} KB read`);
  return words.join(" · ");
}

/** How an element was found by another way than the best. */
export function healedWords(step: StepRun): string | null {
  const { matched } = step;
  if (!matched?.healed) return null;
  const by = matched.by ? `${matched.by.by.replace("_", " ")} ${matched.by.value}` : "its role and name";
  return `Found by ${by} as “${matched.description}”: ${matched.tried?.join("; ") ?? "the best way found nothing"}.`;
}

/** A budget as it was typed; undefined when it is none. */
export function budgetOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (!text) return null;
  const amount = Number(text);
  return Number.isFinite(amount) && amount >= 0 ? Math.round(amount * 1000) / 1000 : undefined;
}

export const selectorWords: Record<SelectorKind, string> = {
  test_id: "test id",
  role_name: "role and name",
  id: "id",
  css: "CSS",
  xpath: "XPath",
};

/** The kinds of parameters that are told apart when a run is told one. */
export const kindWords: Readonly<Record<string, string>> = {
  string: "text",
  multiline: "text of lines",
  number: "number",
  boolean: "true or false",
  url: "address",
  date: "date",
  time: "time",
  "datetime-local": "date and time",
  month: "month",
  week: "week",
  color: "colour",
  email: "e-mail",
  tel: "telephone",
  password: "password",
  file: "file",
};

/** What a flow made of a session may be called: as its page, or its host. */
export function proposedName(of: { title: string; url: string } | null): string {
  const words = of?.title.trim() || (of?.url ? hostOf(of.url) : "");
  // The name of a flow is one line.
  return words
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .slice(0, 80)
    .trim();
}

/** What kind of call a step makes. */
export function callTitle(call: FlowCall): string {
  switch (call.type) {
    case "goto":
      return "Opens an address";
    case "open_tab":
      return "Opens a tab";
    case "observe":
      return "Observes the page";
    case "act": {
      const deeds = {
        click: "Clicks",
        fill: "Fills",
        check: "Checks",
        select: "Chooses in",
        upload: "Gives a file to",
      };
      const { name, description } = call.element;
      return `${deeds[call.deed]} ${name ?? description}`;
    }
    case "scrape":
      return "Reads the page";
    case "wait":
      return "Waits";
    case "switch_tab":
      return "Brings a tab to the front";
    case "close_tab":
      return "Closes the tab in front";
    case "back":
      return "Goes back";
    case "forward":
      return "Goes forward";
    case "reload":
      return "Loads the page again";
  }
}

/** What is wrong with a flow, in a sentence that says where. */
export function problemWords({ field, why }: FlowProblem): string {
  const [, part = "", place = "", rest = ""] = /^(steps|parameters)\[(\d+)\]\.?(.*)$/.exec(field) ?? [];
  if (!part) return sentence(field ? `${field} ${why}` : why);
  const words = rest
    .replace(/^call\.?/, "")
    .replaceAll(/[._]/g, " ")
    .trim();
  const whose = `${part === "steps" ? "step" : "parameter"} ${Number(place) + 1}`;
  return capital(sentence(words ? `${whose}, ${words}: ${why}` : `${whose}: ${why}`));
}
