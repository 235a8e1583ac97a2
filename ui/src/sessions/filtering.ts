import type { SessionState } from "../backend/backend";

export type Show = "live" | "ended" | "all";

/** A line of the session list. */
export type ListLine = { type: "session"; session: SessionState } | { type: "heading"; title: string };

/** Whether a session has ended. */
export const hasEnded = (session: SessionState): boolean => session.phase.type === "ended";

/** The lines of the list: live sessions first, the ended ones under a heading of their own. */
export function listLines(sessions: readonly SessionState[], show: Show, filter: string): ListLine[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = sessions.filter((session) => {
    const text = `${session.title} ${session.url} ${session.id}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const lines = (some: SessionState[]) => some.map((session): ListLine => ({ type: "session", session }));
  const live = lines(wanted.filter((session) => !hasEnded(session)));
  const ended = lines(wanted.filter(hasEnded));
  switch (show) {
    case "live":
      return live;
    case "ended":
      return ended;
    case "all":
      return ended.length > 0 ? [...live, { type: "heading", title: "Ended" }, ...ended] : live;
  }
}
