import type { Exchange, ExchangeTiming, KeptExchange } from "../backend/backend";

/** Kinds of requests that are told apart in the list, and what the browser calls them. */
const kinds = {
  document: ["document"],
  fetch: ["xhr", "fetch", "eventsource", "websocket", "preflight", "ping"],
  script: ["script"],
  style: ["stylesheet"],
  image: ["image"],
  font: ["font"],
  media: ["media", "texttrack"],
} as const;
export type Kind = keyof typeof kinds | "other";

export const kindWords: Record<Kind, string> = {
  document: "Document",
  fetch: "Fetch",
  script: "Script",
  style: "Style",
  image: "Image",
  font: "Font",
  media: "Media",
  other: "Other",
};

export function kindOf({ resource_type: type }: Exchange): Kind {
  const found = Object.entries(kinds).find(([, names]) => (names as readonly string[]).includes(type));
  return (found?.[0] as Kind | undefined) ?? "other";
}

/** The parts of a request that are looked at. */
export type Part = "headers" | "sent" | "answer" | "timing";

/** Whether something went wrong: no answer, or one that says so. */
export const isBad = ({ failed, status }: Exchange): boolean =>
  failed !== null || (status !== null && status >= 400);

/** The requests of one kind that hold the words in their address, method, status or media type. */
export function fitting(rows: readonly KeptExchange[], kind: Kind | null, typed: string): KeptExchange[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ exchange }) => {
    if (kind !== null && kindOf(exchange) !== kind) return false;
    if (words.length === 0) return true;
    const { method, url, status, mime, failed } = exchange;
    const text = `${method} ${url} ${status ?? ""} ${mime ?? ""} ${failed ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The end of an address: what tells it from its neighbours. */
export function nameOf(url: string): string {
  try {
    const { pathname, search, host } = new URL(url);
    const last = pathname.split("/").filter(Boolean).pop();
    return (last ?? host) + search || url;
  } catch {
    return url;
  }
}

export const statusText = ({ failed, status, ended_at }: Exchange): string =>
  failed !== null ? "failed" : status !== null ? String(status) : ended_at === null ? "…" : "–";

/** Milliseconds from sent to ended. */
export function tookOf({ timing, at, ended_at }: Exchange): number | null {
  if (timing.total_ms !== null) return timing.total_ms;
  return ended_at === null ? null : Date.parse(ended_at) - Date.parse(at);
}

/** The stretch of time that all requests lie in, in milliseconds since 1970. */
export function spanOf(rows: readonly KeptExchange[]): { from: number; to: number } {
  let from = Infinity;
  let to = -Infinity;
  for (const { exchange } of rows) {
    const at = Date.parse(exchange.at);
    from = Math.min(from, at);
    to = Math.max(to, at + (tookOf(exchange) ?? 0));
  }
  return rows.length > 0 ? { from, to: Math.max(to, from + 1) } : { from: 0, to: 1 };
}

/** Where a request lies in that stretch, in per cent: its wait, then its answer. */
export function barOf(exchange: Exchange, span: { from: number; to: number }) {
  const share = (millis: number) => (100 * millis) / (span.to - span.from);
  const took = tookOf(exchange) ?? span.to - Date.parse(exchange.at);
  const receive = Math.min(exchange.timing.receive_ms ?? 0, took);
  return {
    left: share(Date.parse(exchange.at) - span.from),
    wait: share(took - receive),
    receive: share(receive),
  };
}

const phaseWords: [keyof ExchangeTiming, string][] = [
  ["blocked_ms", "Waiting for a connection"],
  ["dns_ms", "Finding the host"],
  ["connect_ms", "Connecting"],
  ["tls_ms", "of that TLS"],
  ["send_ms", "Sending"],
  ["wait_ms", "Waiting for the answer"],
  ["receive_ms", "Receiving"],
  ["total_ms", "In all"],
];

/** The parts of the time that are known. */
export const phasesOf = (timing: ExchangeTiming): { words: string; ms: number }[] =>
  phaseWords.flatMap(([part, words]) => {
    const ms = timing[part];
    return ms === null ? [] : [{ words, ms }];
  });

/** The place among the rows that a key leads to; null for a key that leads nowhere. */
export function placeAfter(key: string, at: number, count: number): number | null {
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined || count === 0 ? null : Math.max(0, Math.min(count - 1, to));
}
