import { expect, test } from "vitest";
import { FakeBackend } from "../backend/fake";
import { compareScene, runDiff } from "../backend/fakeCompare";
import { pastSession } from "../backend/fakeHistory";
import type { Query } from "../backend/backend";
import { Comparison } from "./comparison.svelte";

const flow = { type: "flow", file: "buy-tea.flow.json", name: "Buy tea" } as const;

/** Keeps what was asked for. */
function listening(fake: FakeBackend): Extract<Query, { type: "compare" }>[] {
  const asked: Extract<Query, { type: "compare" }>[] = [];
  fake.onQuery("compare", (query) => {
    if (query.type === "compare") asked.push(query);
    return { type: "compare", value: runDiff() };
  });
  return asked;
}

test("the two newest runs are compared, and the rows that differ are looked at first", async () => {
  const fake = new FakeBackend();
  compareScene(fake);
  const asked = listening(fake);
  const comparison = new Comparison(fake, { of: flow, from: "flows" });
  await comparison.begin();
  expect(asked).toEqual([
    {
      type: "compare",
      before: { type: "kept_run", file: "buy-tea/2.run.json" },
      after: { type: "kept_run", file: "buy-tea/3.run.json" },
      key: { by: "found" },
    },
  ]);
  expect(comparison.step).toBe(4);
  expect(comparison.shownTable?.name).toBe("items");
  expect(comparison.steps.map(({ index }) => index)).toEqual([1, 2, 3, 4]);
  comparison.onlyChanges = false;
  expect(comparison.steps.length).toBe(5);
});

test("another key is asked for without losing the place; other runs begin anew", async () => {
  const fake = new FakeBackend();
  compareScene(fake);
  const asked = listening(fake);
  const comparison = new Comparison(fake, { of: flow, from: "flows" });
  await comparison.begin();
  comparison.look(2);
  comparison.match({ by: "column", column: "title" });
  await expect.poll(() => comparison.busy).toBe(false);
  expect(asked.at(-1)?.key).toEqual({ by: "column", column: "title" });
  expect(comparison.step).toBe(2);
  comparison.choose("before", "buy-tea/1.run.json");
  await expect.poll(() => comparison.busy).toBe(false);
  expect(asked.at(-1)?.key).toEqual({ by: "found" });
  expect(comparison.step).toBe(4);
  comparison.swap();
  await expect.poll(() => comparison.busy).toBe(false);
  expect(asked.at(-1)?.after).toEqual({ type: "kept_run", file: "buy-tea/1.run.json" });
});

test("a session is compared with the one before it that looked at the same site", async () => {
  const fake = new FakeBackend();
  const asked = listening(fake);
  const sessions = [pastSession(5), pastSession(4, { url: "http://other.local/" }), pastSession(3)];
  fake.onQuery("history", () => ({ type: "history", value: { sessions, total: 3, removed: [] } }));
  const comparison = new Comparison(fake, {
    of: { type: "sessions", session: pastSession(5) },
    from: "history",
  });
  await comparison.begin();
  expect(asked[0]?.before).toEqual({ type: "past", session: 3 });
  expect(asked[0]?.after).toEqual({ type: "past", session: 5 });
});

test("what cannot be compared is told, and a flow that ran once has nothing to compare", async () => {
  const fake = new FakeBackend();
  compareScene(fake);
  const why = {
    code: "invalid",
    message: "The history holds no calls of this session.",
    hint: null,
  } as const;
  fake.onQuery("compare", () => {
    throw why;
  });
  const comparison = new Comparison(fake, { of: flow, from: "flows" });
  await comparison.begin();
  expect(comparison.failure?.message).toBe(why.message);
  expect(comparison.diff).toBeNull();
  fake.onQuery("flow_runs", () => ({ type: "flow_runs", value: [] }));
  const none = new Comparison(fake, { of: flow, from: "flows" });
  await none.begin();
  expect([none.loaded, none.choices.length, none.failure]).toEqual([true, 0, null]);
});
