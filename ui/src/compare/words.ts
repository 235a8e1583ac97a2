import type {
  ColumnDiff,
  DiffMark,
  MatchedBy,
  RunDiff,
  StepAspect,
  StepDiff,
  TableDiff,
} from "../backend/backend";
import { creditsText, plural, tookText } from "../controls/format";

/** How something of one run stands to the other: its sign, and the word for it. */
export const marks: Record<DiffMark, { sign: string; word: string }> = {
  same: { sign: "=", word: "same" },
  changed: { sign: "~", word: "changed" },
  added: { sign: "+", word: "added" },
  gone: { sign: "−", word: "gone" },
};

export const aspects: Record<StepAspect, string> = {
  outcome: "status",
  failure: "failure",
  name: "name",
  element: "element",
  http_status: "HTTP status",
  url: "address",
  title: "title",
  data_problem: "data",
  text: "text",
  network: "network",
  console: "console",
  attempts: "tries",
  credits: "credits",
  time: "time",
};

/** What differs of a step, in a few words; what decides comes first. */
export function stepWords({ mark, changes, actions, tables }: StepDiff): string {
  if (mark === "added") return "only after";
  if (mark === "gone") return "only before";
  const words = [];
  const rows = (n: (table: TableDiff) => number) => tables.reduce((sum, table) => sum + n(table), 0);
  const [added, gone, cells] = [
    rows((table) => table.added),
    rows((table) => table.gone),
    rows((table) => table.cells_changed),
  ];
  if (added > 0) words.push(`+${plural(added, "row")}`);
  if (gone > 0) words.push(`−${plural(gone, "row")}`);
  if (cells > 0) words.push(plural(cells, "cell"));
  words.push(...changes.filter(({ weight }) => weight === "decides").map(({ of }) => aspects[of]));
  if (actions) {
    const [more, less] = [actions.added.length, actions.gone.length];
    words.push(["actions", more > 0 ? `+${more}` : "", less > 0 ? `−${less}` : ""].filter(Boolean).join(" "));
  }
  if (words.length === 0) words.push(...changes.map(({ of }) => aspects[of]));
  return words.join(", ") || "the same";
}

/** By what rows were taken for the same, in a sentence. */
export function matchedWords(by: MatchedBy): string {
  switch (by.by) {
    case "key":
      return by.ambiguous > 0
        ? `Rows are matched by ${by.column}, which ${plural(by.ambiguous, "row")} share with others: those are taken in order.`
        : `Rows are matched by ${by.column}.`;
    case "likeness":
      return "No column tells the rows apart: they are matched by what they have in common.";
    case "place":
      return "Rows are matched by their place.";
  }
}

/** `24 → 25 rows · 2 added · 1 gone` */
export function tableWords(table: TableDiff): string {
  const words = [`${table.rows_before} → ${plural(table.rows_after, "row")}`];
  if (table.added > 0) words.push(`${table.added} added`);
  if (table.gone > 0) words.push(`${table.gone} gone`);
  if (table.changed > 0)
    words.push(`${plural(table.cells_changed, "cell")} changed in ${plural(table.changed, "row")}`);
  if (table.moved > 0) words.push(`${table.moved} moved`);
  if (table.not_compared > 0) words.push(`${table.not_compared} not compared: there are too many`);
  return words.join(" · ");
}

const percent = (rate: number): string => {
  const whole = Math.round(rate * 100);
  return rate > 0 && whole === 0 ? "<1 %" : `${whole} %`;
};

/** How much of a column is empty, before and after: `0 → 25 %`; null where nothing is and was. */
export function emptyWords({ before, after }: Pick<ColumnDiff, "before" | "after">): string | null {
  const rate = (fill: ColumnDiff["before"]) => (fill ? percent(fill.null_rate) : "none");
  const [was, is] = [rate(before), rate(after)];
  if (was === is) return before && before.null_rate > 0 ? `${is} empty` : null;
  return `${was} → ${is} empty`;
}

/** The value of a cell as a text; nothing is a dash. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How long both took and what they cost: it differs each time. */
export function measures({ before, after }: RunDiff): string {
  const cost = (side: RunDiff["before"]) =>
    `${side.credits_estimated ? "≈ " : ""}${creditsText(side.credits)} cr`;
  return `${tookText(before.took_ms)}, ${cost(before)} → ${tookText(after.took_ms)}, ${cost(after)}`;
}
