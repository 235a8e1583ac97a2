import type { ConnectionState, SessionState } from "../backend/backend";
import { creditsText, plural } from "../controls/format";
import { hasEnded } from "./filtering";

/** Live sessions of one connection, and what becomes of them when they are left. */
export interface QuitGroup {
  connection: string;
  name: string;
  sessions: SessionState[];
  /** What leaving them means. */
  words: string;
}

/** What is alive when the app is asked to end, by connection. */
export function quitGroups(
  sessions: readonly SessionState[],
  connections: readonly ConnectionState[],
): QuitGroup[] {
  return connections.flatMap((connection) => {
    const own = sessions.filter((session) => session.connection === connection.id && !hasEnded(session));
    if (own.length === 0) return [];
    return [
      { connection: connection.id, name: connection.name, sessions: own, words: leftWords(connection, own) },
    ];
  });
}

function leftWords(connection: ConnectionState, sessions: readonly SessionState[]): string {
  if (connection.local)
    return sessions.length === 1 ? "Left alone, it ends with the app." : "Left alone, they end with the app.";
  const forever = sessions.filter(({ keepAlive }) => keepAlive).length;
  const price = connection.credits?.minutePrice;
  const cost =
    price === undefined
      ? "this server does not say what that costs"
      : `${creditsText(price * sessions.length)} credits a minute`;
  const until =
    forever > 0
      ? `${plural(forever, "of them never ends", "of them never end")} by itself.`
      : "Each ends at its own deadline.";
  return `Left alone, ${sessions.length === 1 ? "it goes" : "they go"} on and cost: ${cost}. ${until}`;
}
