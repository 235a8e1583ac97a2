import type { ColumnDiff, DiffMark, Failure, RowDiff, RunDiff, TableDiff } from "./backend";
import type { FakeBackend } from "./fake";
import { compareScene, runDiff } from "./fakeCompare";

const names = [
  ...["sku", "title", "price", "was", "stock", "rating", "reviews", "brand", "country", "weight"],
  ...["A heading that whoever made the page wrote in a whole sentence", "url"],
];
const words = "Loose leaf green tea from the first harvest of the year, steamed, rolled and dried by hand";

function cellsOf(index: number): unknown[] {
  const long = index % 7 === 3 ? `${words}. `.repeat(20) : `${words.slice(0, 20 + (index % 40))}`;
  const [price, was] = [`€${(4.2 + (index % 70) * 0.85).toFixed(2)}`, index % 3 ? null : "€9.90"];
  return [
    ...[`SKU-${100_000 + index}`, long, price, was, index % 4 ? "in stock" : null, (index % 50) / 10],
    ...[index * 13, ["Kaneroku", "Marukyu"][index % 2], index % 11 ? "Japan" : "日本、静岡県", "100 g", null],
    `http://shop.local/teas/${"green/".repeat(index % 9)}${index}?from=list&session=0123456789abcdef`,
  ];
}

const row = (mark: DiffMark, index: number, was: RowDiff["was"] = {}): RowDiff => ({
  mark,
  before: mark === "added" ? null : index,
  after: mark === "gone" ? null : index,
  cells: cellsOf(index),
  was,
});

const columnsOf = (rows: readonly RowDiff[]): ColumnDiff[] =>
  names.map((name, column) => {
    const empty = rows.filter(({ cells }) => cells[column] === null).length;
    const fill = { empty, null_rate: empty / rows.length };
    const changed = rows.filter(({ was }) => Object.hasOwn(was, column)).length;
    return { name, mark: changed > 0 ? "changed" : "same", before: fill, after: fill, changed };
  });

function tableOf(rows: RowDiff[], matched_by: TableDiff["matched_by"]): TableDiff {
  const count = (mark: DiffMark) => rows.filter((row) => row.mark === mark).length;
  return {
    ...{ name: "teas of the whole shop", once: false, mark: "changed", matched_by, keys: ["sku", "url"] },
    ...{ columns: columnsOf(rows), rows, moved: 0, not_compared: 0, same: count("same") },
    ...{ changed: count("changed"), added: count("added"), gone: count("gone") },
    rows_before: rows.length - count("added"),
    rows_after: rows.length - count("gone"),
    cells_changed: rows.reduce((sum, { was }) => sum + Object.keys(was).length, 0),
  };
}

/** A thousand rows of twelve columns, of which many are long. */
const wide = (): TableDiff =>
  tableOf(
    Array.from({ length: 1_000 }, (_, i) =>
      i % 5 === 1
        ? row("changed", i, {
            1: `${words}, as it was called before`,
            2: "€3.90",
            11: "http://shop.local/old",
          })
        : row(i % 17 === 0 ? "added" : i % 19 === 0 ? "gone" : "same", i),
    ),
    { by: "key", column: "sku", ambiguous: 12 },
  );

/** Rows of which none is in both. */
const strangers = (): TableDiff =>
  tableOf(
    Array.from({ length: 60 }, (_, i) => row(i < 30 ? "gone" : "added", i)),
    { by: "likeness" },
  );

function withTable(table: TableDiff): RunDiff {
  const diff = runDiff();
  const steps = diff.steps.map((step) => (step.tables.length > 0 ? { ...step, tables: [table] } : step));
  return { ...diff, steps };
}

/** Two that have no step in common. */
function apart(): RunDiff {
  const diff = withTable(strangers());
  const summary = "nothing in common: 5 steps gone, 5 steps added, 30 rows gone, 30 rows added.";
  const steps = diff.steps.flatMap((step) => [
    ...(step.before ? [{ ...step, mark: "gone" as const, after: null, changes: [], actions: null }] : []),
    ...(step.after
      ? [{ ...step, mark: "added" as const, before: null, changes: [], actions: null, tables: [] }]
      : []),
  ]);
  return { ...diff, summary, steps };
}

/** Comparisons that are large, strange, slow or refused. */
export function compareScenes(scene: string, fake: FakeBackend): void {
  compareScene(fake);
  const failure: Failure = {
    code: "other",
    message: "the run buy-tea/2.run.json cannot be read: it is not JSON (expected value at line 1 column 1)",
    hint: "choose another run",
  };
  if (scene === "compare_loading") fake.onQuery("compare", () => new Promise(() => undefined));
  if (scene === "compare_alone") fake.onQuery("flow_runs", () => ({ type: "flow_runs", value: [] }));
  if (scene === "compare_failed")
    fake.onQuery("compare", () => {
      throw failure;
    });
  if (scene === "compare_same")
    fake.onQuery("compare", () => {
      const diff = runDiff();
      const steps = diff.steps.filter(({ mark }) => mark === "same");
      return { type: "compare", value: { ...diff, same: true, summary: "nothing differs.", steps } };
    });
  if (scene === "compare_wide")
    fake.onQuery("compare", () => ({ type: "compare", value: withTable(wide()) }));
  if (scene === "compare_apart") fake.onQuery("compare", () => ({ type: "compare", value: apart() }));
}
