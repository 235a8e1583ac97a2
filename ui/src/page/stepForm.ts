import type { Action, CreditState, Observation, SpecialAction } from "../backend/backend";
import { plural } from "../controls/format";
import { addressProblem } from "../sessions/newSession";
import { addressOf } from "../controls/format";
import { nameOf } from "./grouping";

const inputTypes = [
  ...(["text", "number", "date", "time", "month", "week", "color"] as const),
  ...(["datetime-local", "password", "email", "tel", "search", "range"] as const),
];

/** How a text is typed. */
export type TextKind = (typeof inputTypes)[number] | "url" | "lines";

/** How the value of a step is asked for. */
export type ValueField =
  | { type: "none" }
  | { type: "text"; label: string; kind: TextKind; start: string; hint: string }
  | { type: "file"; label: string }
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
  if (param.type === "file") return { type: "file", label: "Name of the file" };
  const state = choice.type === "action" ? choice.action.state : null;
  const kind = param.name === "url" ? "url" : kindOfParam(param.type, choice);
  return {
    type: "text",
    label,
    kind,
    start: param.default ?? (kind === "color" ? "#000000" : ""),
    hint: state?.value
      ? `now “${state.value}”`
      : kind === "url"
        ? "https://"
        : state?.required
          ? "required"
          : "",
  };
}

function kindOfParam(type: string, choice: Choice): TextKind {
  if (type === "textarea" || type === "multiline") return "lines";
  if (type === "datetime") return "datetime-local";
  const known = inputTypes.find((kind) => kind === type);
  if (known) return known;
  if (choice.type === "special") return "text";
  const { role, state } = choice.action;
  // No server says so: better one field too many masked than one shown.
  if (/passw|passcode|contraseña|mot de passe/i.test(nameOf(choice.action))) return "password";
  if (role === "spinbutton") return "number";
  return state?.value?.includes("\n") ? "lines" : "text";
}

/** What is wrong with the value, in a sentence. */
export function valueProblem(choice: Choice, typed: string): string | null {
  const field = fieldOf(choice);
  if (field.type === "file") return typed.trim() ? null : "Type the name of a file of the session.";
  if (field.type !== "text") return null;
  switch (field.kind) {
    case "url":
      return typed.trim() ? addressProblem(typed) : "Type the address to go to.";
    case "number":
    case "range":
      return numberProblem(choice, typed);
    case "date":
    case "time":
    case "month":
    case "week":
    case "datetime-local":
      return typed ? null : "Choose one: the field takes nothing half typed.";
    case "text":
    case "lines":
    case "color":
    case "password":
    case "email":
    case "tel":
    case "search":
      return null;
  }
}

function numberProblem(choice: Choice, typed: string): string | null {
  const number = typed.trim() ? Number(typed) : Number.NaN;
  if (!Number.isFinite(number)) return "Type a number.";
  return choice.type === "special" && number < 0 ? "Type a number, 0 or more." : null;
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

/** Whether the step ends the session for good. */
export const endsSession = (choice: Choice): boolean =>
  choice.type === "special" && choice.special.id === "S8";

/** What a step led to: "12 new actions, 3 gone". */
export function changeWords({ newIds, gone, changedIds, before, url }: Observation): string {
  if (newIds.length + gone.length + changedIds.length === 0)
    return before && before.url !== url
      ? "another page, with actions of its own"
      : "the same actions as before";
  const changed = changedIds.length > 0 ? `, ${changedIds.length} changed` : "";
  return `${plural(newIds.length, "new action")}, ${gone.length} gone${changed}`;
}

/** How many values of a field are offered again. */
const RECENT = 5;

/** The values with the last one first; what is masked is not kept. */
export function withRecent(recent: readonly string[], choice: Choice, value: string | null): string[] {
  const field = fieldOf(choice);
  if (!value || field.type !== "text" || field.kind === "password") return [...recent];
  return [value, ...recent.filter((known) => known !== value)].slice(0, RECENT);
}
