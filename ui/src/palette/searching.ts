import UFuzzy from "@leeoniya/ufuzzy";
import type { Entry } from "./entries";

/** So many are offered; who needs more types another letter. */
const OFFERED = 100;
const FIRST_SESSIONS = 20;

// Up to two letters left out between two others still find a word, of any script.
const fuzzy = new UFuzzy({ intraMode: 0, intraIns: 2, interSplit: "[\\s.·:/—-]+", intraChars: "[^\\s]" });
const LONGEST = 80;
const WORDS_IN_ANY_ORDER = 3;

/** What is offered for what was typed: the best first, what was used lately before its equals. */
export function offered(entries: readonly Entry[], typed: string, recent: readonly string[]): Entry[] {
  const rank = new Map(recent.map((key, place) => [key, place]));
  if (!typed.trim()) return unasked(entries, rank);
  const texts = entries.map(({ words, note }) => `${words} ${note}`);
  const [found, info, order] = fuzzy.search(texts, typed.slice(0, LONGEST), WORDS_IN_ANY_ORDER);
  if (!found) return [];
  const places = order && info ? order.map((place) => info.idx[place] ?? -1) : found;
  const best = places.slice(0, OFFERED).flatMap((place) => entries[place] ?? []);
  const lately = best.filter(({ key }) => rank.has(key)).slice(0, 3);
  return [...lately, ...best.filter((entry) => !lately.includes(entry))];
}

function unasked(entries: readonly Entry[], rank: ReadonlyMap<string, number>): Entry[] {
  const lately = entries
    .filter(({ key }) => rank.has(key))
    .sort((a, b) => (rank.get(a.key) ?? 0) - (rank.get(b.key) ?? 0));
  const rest = entries.filter(({ key }) => !rank.has(key));
  const sessions = rest.filter(({ kind }) => kind === "session").slice(0, FIRST_SESSIONS);
  return [...lately, ...rest.filter(({ kind }) => kind !== "session"), ...sessions];
}

const KEY = "notex.palette";
const REMEMBERED = 8;

/** The keys of what was used lately, newest first; remembered on this machine. */
export function recentKeys(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((key) => typeof key === "string").slice(0, REMEMBERED) : [];
  } catch {
    return [];
  }
}

/** Remembers that an entry was used. */
export function remember(key: string): void {
  try {
    const keys = [key, ...recentKeys().filter((other) => other !== key)].slice(0, REMEMBERED);
    localStorage.setItem(KEY, JSON.stringify(keys));
  } catch {
    // A forbidden memory only costs the order.
  }
}
