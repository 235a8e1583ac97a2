import { beforeEach, expect, it } from "vitest";
import type { Entry } from "./entries";
import { offered, recentKeys, remember } from "./searching";

const entry = (key: string, words: string, note = "", kind: Entry["kind"] = "command"): Entry => ({
  key,
  kind,
  words,
  note,
  keys: "",
  run: () => undefined,
});
const entries = [
  entry("new", "New session", "Sessions"),
  entry("close", "Close all sessions", "Sessions"),
  entry("zoom", "Larger", "Window"),
  entry("s1", "Search results — Laptops", "shop.local · s-7f3a", "session"),
  entry("s2", "Zürich Straße", "maps.local · s-91bc", "session"),
];
const found = (typed: string, recent: string[] = []) => offered(entries, typed, recent).map(({ key }) => key);

beforeEach(() => localStorage.clear());

it("letters left out, words in another order, and marks on letters are found", () => {
  expect(found("nw sess")[0]).toBe("new");
  expect(found("crshes")).toEqual([]);
  expect(found("laptop search")).toEqual(["s1"]);
  expect(found("zürich")).toEqual(["s2"]);
  expect(found("7f3a")).toEqual(["s1"]);
  expect(found("xyzzy")).toEqual([]);
});

it("what was used lately comes first", () => {
  expect(found("", ["zoom", "s2"]).slice(0, 3)).toEqual(["zoom", "s2", "new"]);
  expect(found("sess", ["close"])[0]).toBe("close");
});

it("what was used is remembered once, newest first, and not without end", () => {
  for (const key of ["a", "b", "a", "c", "d", "e", "f", "g", "h", "i"]) remember(key);
  expect(recentKeys()).toEqual(["i", "h", "g", "f", "e", "d", "c", "a"]);
  localStorage.setItem("notex.palette", "{broken");
  expect(recentKeys()).toEqual([]);
});

it("five thousand sessions are searched while somebody types", () => {
  const many = Array.from({ length: 5000 }, (_, i) =>
    entry(`m${i}`, `Crawl ${i} of the shop`, `host-${i % 40}.local · c-${i}`, "session"),
  );
  for (const typed of ["c", "crawl 4", "shop host-12", "x".repeat(10_000)]) {
    const took = Array.from({ length: 5 }, () => {
      const began = performance.now();
      offered(many, typed, []);
      return performance.now() - began;
    });
    // The best of them: the others may have waited for a neighbour.
    expect(Math.min(...took)).toBeLessThan(100);
  }
});
