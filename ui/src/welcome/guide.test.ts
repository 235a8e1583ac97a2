import { expect, it } from "vitest";
import type { Call } from "../backend/backend";
import { guideOf } from "./guide";

const call = (kind: Call["kind"], status: Call["status"] = { type: "done", httpStatus: 200 }): Call => ({
  id: 1,
  number: 1,
  session: "s",
  kind,
  what: "",
  status,
  startedAt: "2026-11-24T12:00:00Z",
  tookMs: 1,
  credits: 1,
  reasons: [],
  picture: null,
});
const done = (...args: Parameters<typeof guideOf>) => guideOf(...args).map((step) => step.done);

it("each thing that was done is ticked off, and a running call is not done", () => {
  expect(done([call("observe", { type: "running" })], null)).toEqual([false, false, false, false]);
  expect(done([call("observe")], null)).toEqual([true, false, false, false]);
  expect(done([call("observe")], "B3")).toEqual([true, true, false, false]);
  expect(done([call("observe"), call("step"), call("scrape")], null)).toEqual([true, true, true, true]);
});
