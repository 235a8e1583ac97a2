import type {
  Abilities,
  ConnectionState,
  Dialect,
  FailureCode,
  KeepKey,
  Light,
  Probe,
} from "../backend/backend";
import { capital } from "../controls/format";

/** What the Add connection form holds. */
export interface NewConnection {
  name: string;
  baseUrl: string;
  apiKey: string;
  keepKey: KeepKey;
}

/** What is wrong with the name, the address or the key, in a sentence. */
export function connectionProblems(form: NewConnection): {
  name: string | null;
  baseUrl: string | null;
  apiKey: string | null;
} {
  return {
    name: form.name.trim() ? null : "Give it a name to tell it apart.",
    baseUrl: baseUrlProblem(form.baseUrl),
    apiKey: form.apiKey.trim() ? null : "Paste the API key of the server.",
  };
}

function baseUrlProblem(typed: string): string | null {
  try {
    const { protocol } = new URL(typed.trim());
    if (protocol === "http:" || protocol === "https:") return null;
  } catch {
    // Said below.
  }
  return "Write the whole address, like https://api.example.org";
}

/** What helps with a failure of a connection. */
export type Help = "replace_key" | "reconnect";

export const helpFor = (code: FailureCode, local: boolean): Help =>
  code === "wrong_key" && !local ? "replace_key" : "reconnect";

export const helpWords: Record<Help, string> = { replace_key: "Replace key", reconnect: "Reconnect" };

/** How a connection is, in words. */
export function healthWords(connection: ConnectionState): string {
  const who = connection.local ? "Engine" : connection.name;
  switch (connection.light) {
    case "connecting":
      return `${who} is starting`;
    case "ready":
      return `${who} healthy`;
    case "degraded":
      return `${who} cannot start sessions`;
    case "down":
      return `${who} does not answer`;
  }
}

/** Where its key is, in words. */
export function keyWords(connection: ConnectionState): string {
  if (connection.local) return "Makes its own key";
  switch (connection.keyKept) {
    case "keychain":
      return "Key in the keychain";
    case "memory":
      return "Key for this run only";
    case null:
      return "No key";
  }
}

/** Whether a server answers, in words that follow its name. */
export const lightWords: Record<Light, string> = {
  connecting: "is being asked",
  ready: "is ready",
  degraded: "answers, but cannot start sessions",
  down: "does not answer",
};

/** When a server that does not answer is tried again, at a second of the hub's clock. */
export function retryWords(connection: ConnectionState, second: number): string | null {
  if (connection.retryAt === null || connection.light === "ready") return null;
  const left = Math.ceil(Date.parse(connection.retryAt) / 1000) - second;
  return left > 0 ? `Tried again in ${left} s.` : "Tried again now.";
}

/** Which contract a server speaks, in words. */
export const dialectWords: Record<Dialect, string> = {
  notex: "the inspector's engine",
  classic: "NotexAI",
  current: "Notte, current generation",
};

const abilityWords: Record<keyof Abilities, [can: string, cannot: string]> = {
  events: ["tells changes at once", "is asked every ten seconds for changes"],
  list: ["lists sessions started elsewhere", "lists no sessions started elsewhere"],
  extend: ["moves a deadline for free", "moves a deadline only by a call that costs"],
  live: ["shows the live page", "shows pictures after calls, no live page"],
  takeOver: ["lets a person act on the page", "lets nobody act on the page by hand"],
  elements: ["names the element at a point", "cannot name the element at a point"],
  usage: ["reports its usage and credits", "reports no usage: credits are estimated"],
  editRates: ["takes another rate card", "keeps its own prices"],
  startOptions: ["takes every option of a start", "takes timeout, keep-alive and screenshot of a start"],
  tabs: ["switches tabs", "has no tabs to switch"],
  scrapeOptions: ["scrapes by selector", "scrapes whole pages only"],
  instructions: ["takes instructions for a language model", "takes no instructions for a language model"],
  files: ["takes files for uploads", "takes no files for uploads"],
};

/** What a server can and cannot do, in words; nothing until it answered. */
export function abilitiesOf(connection: ConnectionState): { can: string[]; cannot: string[] } {
  if (connection.dialect === null) return { can: [], cannot: [] };
  const can: string[] = [];
  const cannot: string[] = [];
  for (const ability of Object.keys(abilityWords) as (keyof Abilities)[]) {
    const [yes, no] = abilityWords[ability];
    if (connection.can[ability]) can.push(yes);
    else cannot.push(no);
  }
  return { can, cannot };
}

/** What answered at an address, in a sentence. */
export function probeWords(probe: Probe): string {
  const version = probe.version ? ` ${probe.version}` : "";
  const key = probe.keyProblem === null ? "It takes the key." : "";
  return `${capital(dialectWords[probe.dialect])}${version} answers in ${Math.max(1, Math.round(probe.latencyMs))} ms. ${key}`.trim();
}
