import type { DiffMark, KeptRun, RowDiff, RowKey, RunDiff, StepDiff, StepRun, TableDiff } from "./backend";
import type { FakeBackend } from "./fake";

const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

const keptRun = (file: string, seconds: number, change: Partial<KeptRun> = {}): KeptRun => ({
  file: `buy-tea/${file}.run.json`,
  startedAt: at(seconds),
  outcome: "done",
  done: 4,
  credits: 5.2,
  connection: "Local engine",
  ...change,
});

function step(place: number, name: string, change: Partial<StepRun> = {}): StepRun {
  return {
    place,
    name,
    kind: "step",
    status: "done",
    attempts: 1,
    calls: [place + 2],
    started_at: at(-90),
    took_ms: 240,
    url: "http://shop.local/teas",
    title: "Teas",
    credits: 1,
    ...change,
  };
}

const same = (before: StepRun, after: StepRun = before): StepDiff => ({
  mark: "same",
  before,
  after,
  changes: [],
  actions: null,
  tables: [],
});

const teas = [
  "Assam",
  "Bancha",
  "Ceylon",
  "Darjeeling",
  "Genmaicha",
  "Hojicha",
  "Keemun",
  "Lapsang",
  "Matcha",
];

function row(mark: DiffMark, before: number | null, after: number | null, index: number): RowDiff {
  const name = teas[index % teas.length] ?? "";
  const size = 50 * (1 + Math.floor(index / teas.length));
  const price = `€${(4.2 + (index % 7) * 0.85).toFixed(2)}`;
  const url = `http://shop.local/teas/${name.toLowerCase()}-${size}`;
  const cells = [`${name} ${size} g`, price, index % 4 === 0 ? null : "in stock", url];
  const was: RowDiff["was"] =
    mark !== "changed"
      ? {}
      : Math.floor(index / 6) % 2 === 0
        ? { 1: "€3.90" }
        : { 1: "€6.10", 2: "sold out" };
  return { mark, before, after, cells, was };
}

/** Rows of which each sixth has changed; two are new and one is gone. */
function teaTable(key: RowKey, rows: number): TableDiff {
  const all = Array.from({ length: rows }, (_, i) => row(i % 6 === 2 ? "changed" : "same", i, i + 1, i));
  const changed = all.filter(({ mark }) => mark === "changed").length;
  const cells = all.reduce((sum, { was }) => sum + Object.keys(was).length, 0);
  all.unshift(row("added", null, 0, rows + 3));
  all.splice(6, 0, row("gone", rows, null, rows + 1));
  all.push(row("added", null, rows + 1, rows + 2));
  const column = (name: string, before: number, after: number, changed: number) => ({
    name,
    mark: changed > 0 ? ("changed" as const) : ("same" as const),
    before: { empty: Math.round(before * rows), null_rate: before },
    after: { empty: Math.round(after * rows), null_rate: after },
    changed,
  });
  return {
    name: "items",
    once: false,
    mark: "changed",
    matched_by:
      key.by === "column"
        ? { by: "key", column: key.column, ambiguous: 0 }
        : { by: "key", column: "url", ambiguous: 0 },
    keys: ["url", "title"],
    columns: [
      column("title", 0, 0, 0),
      column("price", 0, 0, changed),
      column("stock", 0.04, 0.25, cells - changed),
      column("url", 0, 0, 0),
    ],
    rows_before: rows + 1,
    rows_after: rows + 2,
    same: rows - changed,
    changed,
    added: 2,
    gone: 1,
    moved: 0,
    cells_changed: cells,
    not_compared: 0,
    rows: all,
  };
}

/** Two runs that differ in their rows, their steps and their pages. */
export function runDiff(key: RowKey = { by: "found" }, rows = 24): RunDiff {
  const side = (seconds: number, took_ms: number) => ({
    title: "Buy tea",
    connection: "Local engine",
    session: "s-7f3a",
    started_at: at(seconds),
    took_ms,
    outcome: "done" as const,
    failure: null,
    credits: 5.2,
    credits_estimated: false,
  });
  const open = step(0, "Open shop.local", { kind: "observe" });
  const search = step(2, "Fill Search");
  const table = teaTable(key, rows);
  return {
    version: 1,
    same: false,
    summary: `2 rows added, 1 row gone, ${table.cells_changed} cells changed in ${table.changed} rows, 1 step added, 1 step gone, 1 step changed besides rows.`,
    before: side(-90_000, 4_300),
    after: side(-600, 3_100),
    totals: {
      steps_same: 1,
      steps_changed: 2,
      steps_added: 1,
      steps_gone: 1,
      rows_before: table.rows_before,
      rows_after: table.rows_after,
      rows_changed: table.changed,
      rows_added: 2,
      rows_gone: 1,
      cells_changed: table.cells_changed,
    },
    steps: [
      same(open),
      { ...same(step(1, "Click Accept all cookies")), mark: "gone", after: null },
      {
        ...same({ ...search, place: 2 }, { ...search, place: 1, name: "Fill Find a tea" }),
        mark: "changed",
        changes: [
          { of: "name", weight: "decides", before: "Fill Search", after: "Fill Find a tea" },
          {
            of: "element",
            weight: "decides",
            before: "by test id [data-testid=q]",
            after: "healed: by id #find",
          },
          {
            of: "network",
            weight: "measured",
            before: "14 requests, 0 failed",
            after: "17 requests, 0 failed",
          },
          { of: "time", weight: "measured", before: "840 ms", after: "310 ms" },
        ],
        actions: {
          added: [{ id: "B4", description: "Click Subscribe" }],
          gone: [
            { id: "B2", description: "Click Accept all cookies" },
            { id: "L9", description: "Open Imprint" },
          ],
          partial: false,
        },
      },
      { ...same(step(2, "List the actions", { kind: "observe" })), mark: "added", before: null },
      {
        ...same(step(3, "Read rows", { kind: "scrape" }), step(3, "Read rows", { kind: "scrape" })),
        mark: "changed",
        changes: [{ of: "text", weight: "measured", before: "4102 bytes", after: "4377 bytes" }],
        tables: [table],
      },
    ],
  };
}

/** Runs and sessions that can be compared. */
export function compareScene(fake: FakeBackend, rows = 24): void {
  const runs = [
    keptRun("3", -600),
    keptRun("2", -90_000),
    keptRun("1", -180_000, { outcome: "failed", done: 2 }),
  ];
  fake.onQuery("flow_runs", () => ({ type: "flow_runs", value: runs }));
  fake.onQuery("cell", () => ({
    type: "cell",
    value: {
      call: 5,
      page: null,
      pageMissing: "the page had changed before it could be read",
      viewportWidth: 1280,
      viewportHeight: 800,
      found: {
        by: "mark",
        at: 1200,
        fragment: null,
        stands: { x: 386, y: 404, width: 72, height: 26, iframe_offset_x: 0, iframe_offset_y: 0 },
      },
      picture: "shop",
      pictureOf: 4,
    },
  }));
  fake.onQuery("compare", (query) => ({
    type: "compare",
    value: runDiff(query.type === "compare" ? query.key : { by: "found" }, rows),
  }));
}
