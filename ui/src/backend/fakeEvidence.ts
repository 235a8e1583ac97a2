import { exchange } from "../network/someExchanges";
import type { ConsoleLine, Evidence, KeptExchange } from "./backend";
import type { FakeBackend } from "./fake";

const from = Date.now() - 48_000;
const at = (millis: number) => new Date(from + millis).toISOString();
const line = (text: string, change: Partial<ConsoleLine> = {}): ConsoleLine => ({
  ...{ at: at(40), level: "log", source: "script", text, url: "http://shop.local/assets/app.js" },
  ...{ line: 118, column: 9, repeated: 1 },
  ...change,
});

const requested: [string, string, number, number, number, number][] = [
  ["search?q=laptop", "document", 200, 0, 180, 48_200],
  ["assets/shop.css", "stylesheet", 200, 190, 40, 18_400],
  ["assets/app.js", "script", 200, 195, 90, 212_000],
  ["fonts/inter.woff2", "font", 200, 240, 35, 98_000],
  ["api/prices?page=1", "fetch", 200, 310, 420, 6_100],
  ["api/session", "fetch", 401, 320, 60, 310],
  ["images/laptop.jpg", "image", 200, 330, 120, 84_000],
  ["images/phone.jpg", "image", 404, 335, 45, 512],
  ["beacon", "ping", 0, 700, 15, 0],
];

const network: KeptExchange[] = requested.map(([path, type, status, began, took, bytes], index) => ({
  call: 2,
  exchange: exchange({
    ...{ id: String(index), url: `http://shop.local/${path}`, resource_type: type, at: at(began) },
    ...{ status: status || null, ended_at: at(began + took), encoded_bytes: bytes, decoded_bytes: bytes * 3 },
    failed: status ? null : "the browser blocked it (inspector)",
    timing: { total_ms: took, wait_ms: took * 0.6, receive_ms: took * 0.3, send_ms: 0.4, blocked_ms: 2 },
    ...{
      method: type === "fetch" ? "POST" : "GET",
      mime: type === "fetch" ? "application/json" : "text/html",
    },
    request_headers: [
      { name: "Accept", value: "*/*" },
      { name: "Cookie", value: "[not kept]" },
    ],
    response_headers: [
      { name: "Content-Type", value: "application/json" },
      { name: "Set-Cookie", value: "[not kept]" },
    ],
    response_body: { content: '{"rows":[{"name":"Laptop","price":1299}]}', base64: false, truncated: false },
  }),
}));

const evidence: Evidence = {
  offered: true,
  network,
  console: [
    line("prices of page 1 are here", { level: "debug" }),
    line("The font took a while", { level: "warning", repeated: 4 }),
    line("Failed to load resource: the server responded with a status of 401 (Unauthorized)", {
      ...{
        level: "error",
        source: "browser",
        url: "http://shop.local/api/session",
        line: null,
        column: null,
      },
    }),
    line("Uncaught TypeError: Cannot read properties of undefined (reading 'total')", {
      ...{ level: "error", source: "exception" },
    }),
  ].map((line) => ({ call: 2, line })),
  missing: [],
};

/** What is kept of every call of the scenes. */
export function evidenceScene(fake: FakeBackend): void {
  fake.onQuery("evidence", () => ({ type: "evidence", value: evidence }));
  fake.onQuery("exchange", (query) => {
    const found = network.find(({ exchange }) => query.type === "exchange" && exchange.id === query.id);
    return { type: "exchange", value: found?.exchange ?? null };
  });
  fake.onQuery("har", () => ({ type: "har", value: "{}" }));
}
