import type { ConnectionState, FailureCode, KeepKey } from "../backend/backend";

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
