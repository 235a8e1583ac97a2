import type { Action, Observation, SpecialAction } from "../backend/backend";
import { kindOf, type ActionKind } from "./geometry";

/** What became of an action since the observation before. */
export type Change = "new" | "changed" | "gone";

/** A line of the list of actions. */
export type Line =
  | { type: "heading"; key: string; title: string; count: number; folded: boolean }
  | { type: "action"; key: string; action: Action; change: Change | null }
  | { type: "special"; key: string; special: SpecialAction };

/** What of the actions is listed. */
export interface Looking {
  filter: string;
  kind: ActionKind | "all";
  change: Change | "all";
  /** Titles of groups that show their heading only. */
  folded: readonly string[];
}

export const everything: Looking = { filter: "", kind: "all", change: "all", folded: [] };

type Listed = Pick<Observation, "actions" | "specialActions" | "newIds" | "changedIds" | "gone">;

export const SPECIAL_HEADING = "Browser";

/** The lines of actions grouped by category, each group where its first action stands on the page. */
export function linesOf(listed: Listed, { filter, kind, change, folded }: Looking): Line[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const fresh = new Set(listed.newIds);
  const changed = new Set(listed.changedIds);
  const groups = new Map<string, Line[]>();
  const add = (title: string, line: Line) => {
    const group = groups.get(title);
    if (group) group.push(line);
    else groups.set(title, [line]);
  };
  const list = (action: Action, what: Change | null) => {
    if (kind !== "all" && kindOf(action.id) !== kind) return;
    if (change !== "all" && change !== what) return;
    if (!matches(words, ...wordsOf(action))) return;
    const key = what === "gone" ? `gone ${action.id}` : action.id;
    add(action.category || "Page", { type: "action", key, action, change: what });
  };
  if (change === "gone") for (const action of listed.gone) list(action, "gone");
  else {
    for (const action of listed.actions)
      list(action, fresh.has(action.id) ? "new" : changed.has(action.id) ? "changed" : null);
  }
  if (change === "all" && (kind === "all" || kind === "special")) {
    for (const special of listed.specialActions)
      if (matches(words, special.id, special.description))
        add(SPECIAL_HEADING, { type: "special", key: special.id, special });
  }
  return [...groups].flatMap(([title, lines]) => {
    const shut = folded.includes(title) && words.length === 0;
    const heading: Line = {
      type: "heading",
      key: `heading ${title}`,
      title,
      count: lines.length,
      folded: shut,
    };
    return shut ? [heading] : [heading, ...lines];
  });
}

/** What came, changed and went, in this order. */
export function changedLines(listed: Listed): Extract<Line, { type: "action" }>[] {
  const known = new Map(listed.actions.map((action) => [action.id, action]));
  const lines = (change: Change, actions: (Action | undefined)[]) =>
    actions.flatMap((action) =>
      action ? [{ type: "action" as const, key: `${change} ${action.id}`, action, change }] : [],
    );
  return [
    ...lines(
      "new",
      listed.newIds.map((id) => known.get(id)),
    ),
    ...lines(
      "changed",
      listed.changedIds.map((id) => known.get(id)),
    ),
    ...lines("gone", listed.gone),
  ];
}

/** The group that an action stands in. */
export function groupOf({ actions, specialActions }: Listed, id: string | null): string | null {
  const action = actions.find((known) => known.id === id);
  if (action) return action.category || "Page";
  return specialActions.some((known) => known.id === id) ? SPECIAL_HEADING : null;
}

/** What an action is searched by: its id, words, role, value and selectors. */
const wordsOf = ({ id, description, label, role, category, state, selector }: Action) => [
  id,
  description,
  label,
  role,
  category,
  state?.value ?? null,
  selector?.css ?? null,
  selector?.role_name ?? null,
];

function matches(words: string[], ...texts: (string | null)[]): boolean {
  if (words.length === 0) return true;
  const text = texts.join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** What is gone and a heading cannot be chosen. */
export const canChoose = (line: Line): boolean =>
  line.type === "special" || (line.type === "action" && line.change !== "gone");

/** The id chosen by moving `by` lines from `current`, skipping headings; stays at the ends. */
export function moveChoice(lines: readonly Line[], current: string | null, by: number): string | null {
  const ids = lines.filter(canChoose).map((line) => line.key);
  const at = current === null ? -1 : ids.indexOf(current);
  const from = at < 0 && by < 0 ? ids.length : at;
  return ids[Math.min(ids.length - 1, Math.max(0, from + by))] ?? null;
}

/** The name of an action as the list shows it: its label, or the sentence that describes it. */
export function nameOf(action: Action): string {
  return action.label?.trim() || action.description;
}

/** The line under the name: what it wants or what state it is in. */
export function noteOf(action: Action): string {
  const { state, params } = action;
  if (state?.checked === true) return "checked";
  if (state?.checked === false) return "not checked";
  if (state?.expanded === true) return "open";
  if (state?.expanded === false) return "folded";
  const chosen = state?.options.find((option) => option.selected);
  if (chosen) return `“${chosen.label}” of ${state?.options.length ?? 0}`;
  const param = params[0];
  if (param) {
    const holds = state?.value ? `holds “${state.value}”` : emptyWords(param.type);
    return state?.required ? `${holds} · required` : holds;
  }
  const label = action.label?.trim();
  return !label || action.description.includes(label) ? "" : action.description;
}

const emptyWords = (type: string) => (type === "string" || type === "text" ? "empty" : `empty, a ${type}`);

/** All of the state of an action, in words. */
export function stateWords({ state, status }: Action): string {
  const parts: string[] = [];
  if (status === "failed") parts.push("failed the last time");
  if (status === "excluded") parts.push("left out by the server");
  if (state?.required) parts.push("required");
  if (state?.checked !== null && state?.checked !== undefined)
    parts.push(state.checked ? "checked" : "not checked");
  if (state?.expanded !== null && state?.expanded !== undefined)
    parts.push(state.expanded ? "open" : "folded");
  if (state && state.options.length > 0) {
    const chosen = state.options.filter(({ selected }) => selected).map(({ label, value }) => label || value);
    parts.push(`${state.options.length} options, chosen: ${chosen.join(", ") || "none"}`);
  } else if (state?.value) parts.push(`holds “${state.value}”`);
  return parts.join(" · ");
}
