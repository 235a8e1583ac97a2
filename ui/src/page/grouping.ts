import type { Action, SpecialAction } from "../backend/backend";

/** A line of the list of actions. */
export type Line =
  | { type: "heading"; key: string; title: string; count: number }
  | { type: "action"; key: string; action: Action; isNew: boolean }
  | { type: "special"; key: string; special: SpecialAction };

export const SPECIAL_HEADING = "Browser";

/** The lines of actions grouped by category, each group where its first action stands on the page. */
export function linesOf(
  actions: readonly Action[],
  specials: readonly SpecialAction[],
  filter: string,
  newIds: readonly string[] = [],
): Line[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const fresh = new Set(newIds);
  const groups = new Map<string, Line[]>();
  const add = (title: string, line: Line) => {
    const group = groups.get(title);
    if (group) group.push(line);
    else groups.set(title, [line]);
  };
  for (const action of actions) {
    if (matches(words, action.id, action.description, action.label, action.role, action.category)) {
      add(action.category || "Page", {
        type: "action",
        key: action.id,
        action,
        isNew: fresh.has(action.id),
      });
    }
  }
  for (const special of specials) {
    if (matches(words, special.id, special.description)) {
      add(SPECIAL_HEADING, { type: "special", key: special.id, special });
    }
  }
  return [...groups].flatMap(([title, lines]) => [
    { type: "heading", key: `heading ${title}`, title, count: lines.length } satisfies Line,
    ...lines,
  ]);
}

function matches(words: string[], ...texts: (string | null)[]): boolean {
  const text = texts.join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The id chosen by moving `by` lines from `current`, skipping headings; stays at the ends. */
export function moveChoice(lines: readonly Line[], current: string | null, by: number): string | null {
  const ids = lines.filter((line) => line.type !== "heading").map((line) => line.key);
  const at = current === null ? -1 : ids.indexOf(current);
  if (at < 0) return (by > 0 ? ids[0] : ids.at(-1)) ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))] ?? null;
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
    const holds = state?.value ? `holds “${state.value}”` : `${param.name}: ${param.type}`;
    return state?.required ? `${holds} · required` : holds;
  }
  const label = action.label?.trim();
  return !label || action.description.includes(label) ? "" : action.description;
}
