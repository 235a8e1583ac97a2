import { describe, expect, it } from "vitest";
import type { KeptExchange } from "../backend/backend";
import { asCurl, asFetch, asPython, leftOut } from "./copy";
import { barOf, fitting, nameOf, phasesOf, placeAfter, spanOf, statusText } from "./network";
import { exchange } from "./someExchanges";

const row = (change: Parameters<typeof exchange>[0], call = 1): KeptExchange => ({
  call,
  exchange: exchange(change),
});

describe("the list of requests", () => {
  const rows = [
    row({ id: "1", url: "https://shop.test/", resource_type: "document" }),
    row({ id: "2", url: "https://shop.test/api?q=tea", resource_type: "fetch", status: 500, method: "POST" }),
    row({
      id: "3",
      url: "https://shop.test/a.png",
      resource_type: "image",
      failed: "the connection was refused",
    }),
  ];

  it("is narrowed by kind and by words in address, method, status and media type", () => {
    const ids = (kind: Parameters<typeof fitting>[1], words: string) =>
      fitting(rows, kind, words).map(({ exchange }) => exchange.id);
    expect(ids(null, "")).toEqual(["1", "2", "3"]);
    expect(ids("fetch", "")).toEqual(["2"]);
    expect(ids(null, "post 500 TEA")).toEqual(["2"]);
    expect(ids(null, "refused")).toEqual(["3"]);
    expect(ids("image", "tea")).toEqual([]);
  });

  it("calls each by the end of its address, also one that is none", () => {
    expect(nameOf("https://shop.test/a/b.js?v=1")).toBe("b.js?v=1");
    expect(nameOf("https://shop.test/")).toBe("shop.test");
    expect(nameOf("nonsense")).toBe("nonsense");
  });

  it("lays each into the stretch of time that all of them take", () => {
    const two = [
      row({ id: "1", at: "2026-11-26T00:00:00.000Z", timing: { total_ms: 50, receive_ms: 10 } }),
      row({ id: "2", at: "2026-11-26T00:00:00.060Z", timing: { total_ms: 40 } }),
    ];
    const span = spanOf(two);
    expect(span.to - span.from).toBe(100);
    expect(barOf(two[0]!.exchange, span)).toEqual({ left: 0, wait: 40, receive: 10 });
    expect(barOf(two[1]!.exchange, span)).toEqual({ left: 60, wait: 40, receive: 0 });
    expect(spanOf([])).toEqual({ from: 0, to: 1 });
  });

  it("says what is under way, what failed and what is known of the time", () => {
    expect(statusText(exchange({ ended_at: null, status: null }))).toBe("…");
    expect(statusText(exchange({ failed: "no" }))).toBe("failed");
    expect(phasesOf(exchange({ timing: { wait_ms: 3, total_ms: 4 } }).timing)).toEqual([
      { words: "Waiting for the answer", ms: 3 },
      { words: "In all", ms: 4 },
    ]);
    expect([
      placeAfter("End", 0, 3),
      placeAfter("ArrowUp", 0, 3),
      placeAfter("x", 0, 3),
      placeAfter("Home", 0, 0),
    ]).toEqual([2, 0, null, null]);
  });
});

describe("a request that is copied", () => {
  const sent = exchange({
    method: "POST",
    url: "https://shop.test/it's?a=1&b=$HOME",
    request_headers: [
      { name: "Content-Type", value: "application/json" },
      { name: "X-Note", value: 'he said "no"; `id`' },
      { name: "Content-Length", value: "9" },
      { name: ":authority", value: "shop.test" },
    ],
    request_body: { content: "it's\n$(id)", base64: false, truncated: false },
  });

  it("stands in quotes that no shell looks into", () => {
    expect(asCurl(sent)).toBe(
      "curl 'https://shop.test/it'\\''s?a=1&b=$HOME' \\\n  -H 'Content-Type: application/json' \\\n" +
        "  -H 'X-Note: he said \"no\"; `id`' \\\n  --data-raw 'it'\\''s\n$(id)'",
    );
    expect(asCurl(exchange({ method: "DELETE" }))).toContain("-X 'DELETE'");
  });

  it("is a program for fetch and for Python", () => {
    expect(asFetch(sent)).toContain('  body: "it\'s\\n$(id)",');
    expect(asFetch(sent)).not.toContain("Content-Length");
    expect(asPython(sent)).toContain('    data="it\'s\\n$(id)".encode(),');
    expect(asPython(exchange({}))).toBe(
      'import requests\n\nresponse = requests.request(\n    "GET",\n    "https://shop.test/",\n)',
    );
  });

  it("says what was left out", () => {
    expect(leftOut(sent)).toBeNull();
    expect(leftOut(exchange({ request_headers: [{ name: "Cookie", value: "[not kept]" }] }))).toContain(
      "Secrets",
    );
    expect(leftOut(exchange({ request_body: { content: "a", base64: false, truncated: true } }))).toContain(
      "body",
    );
  });
});
