import type { Closed, ConnectionState, Failure, SessionState } from "../backend/backend";
import { creditsText, plural } from "../controls/format";
import { hasEnded } from "./filtering";

/** What closing one session does. */
export interface ClosingLine {
  session: SessionState;
  server: string;
  /** What it costs each minute; null when the server does not say. */
  perMinute: number | null;
  state: "waiting" | "closing" | "closed" | "failed";
  failure: Failure | null;
}

/** What closing sessions would do, and how far it is. */
export interface Closing {
  lines: ClosingLine[];
  /** How many of them wait to be closed or could not be. */
  open: string[];
  closed: number;
  failed: number;
}

/** The dry run, and later the progress: an end counts only when it was seen. */
export function closingOf(
  ids: readonly string[],
  sessions: ReadonlyMap<string, SessionState>,
  connections: readonly ConnectionState[],
  running: boolean,
  results: ReadonlyMap<string, Closed>,
): Closing {
  const servers = new Map(connections.map((connection) => [connection.id, connection]));
  const lines = ids.flatMap((id): ClosingLine[] => {
    const session = sessions.get(id);
    if (!session) return [];
    const server = servers.get(session.connection);
    const failure = results.get(id)?.failure ?? null;
    const state = hasEnded(session) ? "closed" : failure ? "failed" : running ? "closing" : "waiting";
    return [
      {
        session,
        server: server?.name ?? session.connection,
        perMinute: server?.credits?.minutePrice ?? null,
        state,
        failure: state === "failed" ? failure : null,
      },
    ];
  });
  return {
    lines,
    open: lines.filter(({ state }) => state !== "closed").map(({ session }) => session.id),
    closed: lines.filter(({ state }) => state === "closed").length,
    failed: lines.filter(({ state }) => state === "failed").length,
  };
}

/** `3 sessions, 1 of them keep-alive, 1 with a running call. They cost 0.3 credits a minute, the keep-alive one 6.0 an hour.` */
export function costWords(lines: readonly ClosingLine[]): string {
  const forever = lines.filter(({ session }) => session.keepAlive);
  const busy = lines.filter(({ session }) => session.busy !== null).length;
  const parts = [plural(lines.length, "session")];
  if (forever.length > 0) parts.push(`${forever.length} keep-alive`);
  if (busy > 0) parts.push(`${busy} with a running call, whose result is lost`);
  return `${parts.join(", ")}. ${priceWords(lines, forever)}`;
}

function priceWords(lines: readonly ClosingLine[], forever: readonly ClosingLine[]): string {
  const sum = (some: readonly ClosingLine[]) =>
    some.reduce((all, { perMinute }) => all + (perMinute ?? 0), 0);
  const unknown = lines.filter(({ perMinute }) => perMinute === null).length;
  if (unknown === lines.length) return "The server does not say what they cost by the minute.";
  const minute = `Closing stops ${creditsText(sum(lines))} credits a minute`;
  const hour =
    forever.length > 0 ? `; keep-alive alone is ${creditsText(sum(forever) * 60)} credits an hour` : "";
  const rest = unknown > 0 ? ` ${plural(unknown, "server price is", "server prices are")} unknown.` : "";
  return `${minute}${hour}.${rest}`;
}
