import type { Action, CreditState, Observation, SpecialAction } from "../backend/backend";
import { plural } from "../controls/format";
import { addressProblem } from "../sessions/newSession";
import { addressOf } from "../controls/format";
import { nameOf } from "./grouping";

/** How the value of a step is asked for. */
export type ValueField =
  | { type: "none" }
  | { type: "text"; label: string; kind: "text" | "number" | "date" | "url"; start: string; hint: string }
  | { type: "choice"; label: string; options: { value: string; label: string }[]; start: string };

/** What is chosen to be done. */
export type Choice = { type: "action"; action: Action } | { type: "special"; special: SpecialAction };

/** The chosen action of an observation; null when it is not in it any more. */
export function choiceOf(observation: Observation | null, id: string | null): Choice | null {
  if (!observation || id === null) return null;
  const action = observation.actions.find((known) => known.id === id);
  if (action) return { type: "action", action };
  const special = observation.specialActions.find((known) => known.id === id);
  return special ? { type: "special", special } : null;
}

/** What the form of a choice asks for. */
export function fieldOf(choice: Choice): ValueField {
  const param = choice.type === "action" ? choice.action.params[0] : choice.special.params[0];
  if (!param) return { type: "none" };
  const label = param.name === "time_ms" ? "Milliseconds" : param.name === "url" ? "Address" : "Value";
  const options = choice.type === "action" ? (choice.action.state?.options ?? []) : [];
  if (options.length > 0) {
    const start = options.find(({ selected }) => selected)?.value ?? options[0]?.value ?? "";
    return {
      type: "choice",
      label,
      options: options.map(({ value, label }) => ({ value, label: label || value })),
      start,
    };
  }
  if (param.values.length > 0) {
    const start = param.default ?? param.values[0] ?? "";
    return { type: "choice", label, options: param.values.map((value) => ({ value, label: value })), start };
  }
  const holds = choice.type === "action" ? choice.action.state?.value : null;
  return {
    type: "text",
    label,
    kind: param.name === "url" ? "url" : kindOfParam(param.type),
    start: param.default ?? "",
    hint: holds ? `now “${holds}”` : param.name === "url" ? "https://" : param.type,
  };
}

function kindOfParam(type: string): "text" | "number" | "date" {
  return type === "number" || type === "date" ? type : "text";
}

/** What is wrong with the value, in a sentence. */
export function valueProblem(choice: Choice, typed: string): string | null {
  const field = fieldOf(choice);
  if (field.type !== "text") return null;
  switch (field.kind) {
    case "url":
      return typed.trim() ? addressProblem(typed) : "Type the address to go to.";
    case "number":
      return typed.trim() && Number.isFinite(Number(typed)) && Number(typed) >= 0
        ? null
        : "Type a number, 0 or more.";
    case "date":
    case "text":
      return null;
  }
}

/** The value as the server wants it; null when the action takes none. */
export function valueOf(choice: Choice, typed: string): string | null {
  const field = fieldOf(choice);
  if (field.type === "none") return null;
  return field.type === "text" && field.kind === "url" ? addressOf(typed) : typed;
}

/** Whether it makes sense to press enter afterwards. */
export const takesEnter = (choice: Choice): boolean =>
  choice.type === "action" && choice.action.id.startsWith("I") && fieldOf(choice).type === "text";

/** The name over the form. */
export const choiceName = (choice: Choice): string =>
  choice.type === "action" ? nameOf(choice.action) : choice.special.description;

/** What a click on a checkbox, switch or radio leads to. */
export function toggleWords(choice: Choice): string | null {
  if (choice.type === "special") return null;
  const { role, state } = choice.action;
  if (!state || state.checked === null) return null;
  if (role === "radio")
    return state.checked ? "It is chosen already." : "It is not chosen; the step chooses it.";
  return state.checked ? "It is checked; the step unchecks it." : "It is not checked; the step checks it.";
}

/** The price of a choice, when the server says. */
export function priceOf(choice: Choice, credits: CreditState | null): number | null {
  if (!credits) return null;
  if (choice.type === "special" && choice.special.id === "S8") return 0;
  return choice.type === "special" && choice.special.id === "S2" ? credits.scrapePrice : credits.stepPrice;
}

/** What a step led to: "12 new actions, 3 gone". */
export function changeWords(observation: Observation): string {
  const { newIds, gone } = observation;
  if (newIds.length === 0 && gone.length === 0) return "the same actions as before";
  return `${plural(newIds.length, "new action")}, ${gone.length} gone`;
}
