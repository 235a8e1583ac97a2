import type { Action, ActionParam, CreditState, Observation, SpecialAction } from "../backend/backend";
import { addressProblem } from "../sessions/newSession";
import { addressOf, plural } from "../controls/format";
import { nameOf } from "./grouping";

const inputTypes = [
  ...(["text", "number", "date", "time", "month", "week", "color"] as const),
  ...(["datetime-local", "password", "email", "tel", "search", "range"] as const),
];

/** How a text is typed. */
export type TextKind = (typeof inputTypes)[number] | "url" | "lines";

/** What a value may be; null where the page says nothing. */
export interface Bounds {
  min: string | null;
  max: string | null;
  step: string | null;
  /** A regular expression that a text has to match whole. */
  format: string | null;
  /** How many characters it takes at most. */
  maxLength: number | null;
}

/** What servers say of a parameter beyond the contract. */
type Told = ActionParam & {
  min?: string | number | null;
  max?: string | number | null;
  step?: string | number | null;
  format?: string | null;
  max_length?: number | null;
  accept?: string | null;
};

/** One of the values that a field takes. */
export interface Option {
  value: string;
  label: string;
}

/** How the value of a step is asked for. */
export type ValueField =
  | { type: "none" }
  | { type: "text"; label: string; kind: TextKind; start: string; hint: string; bounds: Bounds }
  | { type: "file"; label: string; accept: string | null }
  | { type: "choice"; label: string; options: Option[]; start: string };

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

/** Whether an id means the same element in a later observation: another page counts its ids anew. */
export function isStill(id: string, before: Observation, now: Observation): boolean {
  const [was, is] = [before, now].map(({ actions }) => actions.find((known) => known.id === id));
  // What its words say may change while the page stays.
  return !was || !is || was.description === is.description || before.url === now.url;
}

/** What the form of a choice asks for. */
export function fieldOf(choice: Choice): ValueField {
  const param = choice.type === "action" ? choice.action.params[0] : choice.special.params[0];
  if (!param) return { type: "none" };
  const state = choice.type === "action" ? choice.action.state : null;
  const label = param.name === "time_ms" ? "Milliseconds" : param.name === "url" ? "Address" : "Value";
  const options = optionsOf(param, state);
  if (options) return { type: "choice", label, ...options };
  if (param.type === "file")
    return { type: "file", label: "Name of the file", accept: (param as Told).accept ?? null };
  const kind = param.name === "url" ? "url" : kindOfParam(param, choice);
  const bounds = boundsOf(param);
  if (kind === "range") return { ...rangeOf(param, state, bounds), type: "text", label, kind, hint: "" };
  return {
    ...{ type: "text", label, kind, bounds },
    start: param.default ?? (kind === "color" ? (state?.value ?? "#000000") : ""),
    hint: state?.value
      ? `now “${state.value}”`
      : kind === "url"
        ? "https://"
        : (FORMATS[kind] ?? (state?.required ? "required" : "")),
  };
}

/** How browsers that have no field of their own for these want them typed. */
const FORMATS: Partial<Record<TextKind, string>> = { month: "2026-03", week: "2026-W12" };

/** The values to choose from, and the one to start with; null where anything can be typed. */
function optionsOf(param: ActionParam, state: Action["state"]): { options: Option[]; start: string } | null {
  const known = state?.options ?? [];
  if (known.length > 0)
    return {
      options: known.map(({ value, label }) => ({ value, label: label || value })),
      start: known.find(({ selected }) => selected)?.value ?? known[0]?.value ?? "",
    };
  if (param.values.length > 0)
    return {
      options: param.values.map((value) => ({ value, label: value })),
      start: param.default ?? param.values[0] ?? "",
    };
  if (param.type !== "boolean") return null;
  return {
    options: [
      { value: "true", label: "Checked" },
      { value: "false", label: "Not checked" },
    ],
    start: param.default ?? String(state?.checked !== true),
  };
}

function boundsOf({ min, max, step, format, max_length, type }: Told): Bounds {
  const text = (bound: string | number | null | undefined) =>
    bound === null || bound === undefined || bound === "" ? null : String(bound);
  const isText = type === "string" || type === "text" || type === "multiline";
  return {
    ...{ min: text(min), max: text(max), step: text(step) },
    format: isText ? (format ?? null) : null,
    maxLength: max_length ?? null,
  };
}

/** A range without limits goes from 0 to 100, and starts where it is. */
function rangeOf({ default: start }: ActionParam, state: Action["state"], told: Bounds) {
  const bounds = { ...told, min: told.min ?? "0", max: told.max ?? "100" };
  const middle = (Number(bounds.min) + Number(bounds.max)) / 2;
  return { bounds, start: start ?? state?.value ?? String(middle) };
}

function kindOfParam({ type, min, max }: Told, choice: Choice): TextKind {
  const slides = choice.type === "action" && choice.action.role === "slider";
  // Without its ends there is nothing to slide along.
  if (slides && type === "number" && min != null && max != null) return "range";
  if (type === "textarea" || type === "multiline") return "lines";
  if (type === "datetime") return "datetime-local";
  const known = inputTypes.find((kind) => kind === type);
  if (known) return known;
  if (choice.type === "special") return "text";
  const { role, state } = choice.action;
  // No server says so: better one field too many masked than one shown.
  if (/passw|passcode|contraseña|mot de passe/i.test(nameOf(choice.action))) return "password";
  if (role === "spinbutton") return "number";
  if (role === "slider") return "number";
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
      return numberProblem(choice, typed, field.bounds);
    case "date":
    case "time":
    case "month":
    case "week":
    case "datetime-local":
      return dateProblem(typed, field.kind, field.bounds);
    case "text":
    case "lines":
      return textProblem(typed, field.bounds);
    case "color":
    case "password":
    case "email":
    case "tel":
    case "search":
      return null;
  }
}

function textProblem(typed: string, { format, maxLength }: Bounds): string | null {
  if (maxLength !== null && [...typed].length > maxLength)
    return `The field takes at most ${plural(maxLength, "character")}.`;
  if (format === null || typed === "") return null;
  try {
    // As HTML's own `pattern` is read.
    return new RegExp(`^(?:${format})$`, "v").test(typed) ? null : `The field wants the form ${format}.`;
  } catch {
    return null;
  }
}

function numberProblem(choice: Choice, typed: string, { min, max, step }: Bounds): string | null {
  const number = typed.trim() ? Number(typed) : Number.NaN;
  if (!Number.isFinite(number)) return "Type a number.";
  if (choice.type === "special" && number < 0) return "Type a number, 0 or more.";
  if ((min !== null && number < Number(min)) || (max !== null && number > Number(max)))
    return `Type a number ${boundsText(min, max)}.`;
  const steps = step === null ? 0 : (number - Number(min ?? 0)) / Number(step);
  const between = Number.isFinite(steps) && Math.abs(steps - Math.round(steps)) > 1e-6;
  return between ? `The field takes steps of ${step}${min === null ? "" : ` from ${min} on`}.` : null;
}

/** Native fields give all of a date or nothing; where there is none it is typed, and may be half typed. */
function dateProblem(typed: string, kind: TextKind, { min, max }: Bounds): string | null {
  if (!typed) return "Choose one: the field takes nothing half typed.";
  if (kind === "month" && !/^\d{4}-\d{2}$/.test(typed)) return "Type a month: 2026-03.";
  if (kind === "week" && !/^\d{4}-W\d{2}$/.test(typed)) return "Type a week: 2026-W12.";
  // All of them are written from the largest unit to the smallest.
  if ((min !== null && typed < min) || (max !== null && typed > max))
    return `Choose one ${boundsText(min, max)}.`;
  return null;
}

/** "from 0 to 10", "from 0 on", "up to 10". */
export function boundsText(min: string | null, max: string | null): string {
  if (min === null) return max === null ? "" : `up to ${max}`;
  return max === null ? `from ${min} on` : `from ${min} to ${max}`;
}

/** The value as the server wants it; null when the action takes none. */
export function valueOf(choice: Choice, typed: string): string | null {
  const field = fieldOf(choice);
  if (field.type === "none") return null;
  return field.type === "text" && field.kind === "url" ? addressOf(typed) : typed;
}

const typed = (field: ValueField): boolean =>
  field.type === "text" &&
  ["text", "number", "password", "email", "tel", "search", "url"].includes(field.kind);

/** Whether it makes sense to press enter afterwards. */
export const takesEnter = (choice: Choice): boolean =>
  choice.type === "action" && choice.action.id.startsWith("I") && typed(fieldOf(choice));

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

/** How many values of a field are offered again. */
const RECENT = 5;

/** The values with the last one first; what is masked is not kept. */
export function withRecent(recent: readonly string[], choice: Choice, value: string | null): string[] {
  const field = fieldOf(choice);
  if (!value || field.type !== "text" || field.kind === "password") return [...recent];
  return [value, ...recent.filter((known) => known !== value)].slice(0, RECENT);
}
