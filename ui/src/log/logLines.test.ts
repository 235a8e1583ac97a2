import { expect, it } from "vitest";
import type { LogLine } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { logLines, logText } from "./logLines";
import { Logging } from "./logging.svelte";

const line = (number: number, level: string, text: string): LogLine => ({
  number,
  at: "2026-11-24T12:00:00Z",
  level,
  target: "notex_hub",
  text,
});
const lines = [line(1, "info", "starts"), line(2, "error", "Broken pipe"), line(3, "debug", "listed")];
const shown = (...args: [Parameters<typeof logLines>[1], string]) =>
  logLines(lines, ...args).map(({ number }) => number);

it("a level shows itself and what is worse, and words narrow it", () => {
  expect(shown("trace", "")).toEqual([1, 2, 3]);
  expect(shown("info", "")).toEqual([1, 2]);
  expect(shown("error", "")).toEqual([2]);
  expect(shown("trace", "hub PIPE")).toEqual([2]);
});

it("a copied line says when, how bad, where and what", () => {
  expect(logText(lines.slice(1, 2))).toBe("2026-11-24T12:00:00Z ERROR notex_hub: Broken pipe");
});

it("only what is new is asked for, and a failure is kept until it works again", async () => {
  const fake = new FakeBackend();
  const asked: number[] = [];
  let works = true;
  fake.onQuery("log", (query) => {
    if (!works) throw { code: "other", message: "no log", hint: null };
    const after = query.type === "log" ? query.after : 0;
    asked.push(after);
    return { type: "log", value: { lines: lines.filter(({ number }) => number > after), dropped: 4 } };
  });
  const logging = new Logging(fake);
  await logging.read();
  await logging.read();
  expect(asked).toEqual([0, 3]);
  expect(logging.lines).toHaveLength(3);
  expect(logging.dropped).toBe(4);
  works = false;
  await logging.read();
  expect(logging.failure?.message).toBe("no log");
  works = true;
  await logging.read();
  expect(logging.failure).toBeNull();
});
