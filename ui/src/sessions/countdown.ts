import type { SessionState } from "../backend/backend";

/** From here on a countdown warns, in seconds. */
export const WARN_SECONDS = 60;
/** From here on it alarms, in seconds. */
export const ALARM_SECONDS = 20;

export type Urgency = "calm" | "warn" | "alarm";

/** What ends a session: nobody calls it for too long, or its longest life is over. */
export type Limit = "idle" | "life";

/** What the ring and the figures beside it show. */
export type Countdown =
  | { type: "falling"; by: Limit; text: string; seconds: number; left: number; urgency: Urgency }
  | { type: "keep_alive"; text: string; minutes: number }
  | { type: "ending"; text: string }
  | { type: "ended" };

/** When a live session really ends and by what: the earlier of its two limits; null when it has none. */
export function endOf({ phase, latestEnd }: SessionState): { at: string; by: Limit } | null {
  if (phase.type !== "live") return null;
  const { expiresAt } = phase;
  if (latestEnd !== null && (expiresAt === null || Date.parse(latestEnd) <= Date.parse(expiresAt)))
    return { at: latestEnd, by: "life" };
  return expiresAt === null ? null : { at: expiresAt, by: "idle" };
}

/** Why a session's end cannot be moved; null when a call moves it. */
export function cannotExtend(session: SessionState): string | null {
  if (session.phase.type !== "live") return "It is not live.";
  if (session.keepAlive) return "It has no deadline.";
  return endOf(session)?.by === "life" ? "Its longest life ends it, and nothing moves that." : null;
}

/** The countdown of a session at `now`, in milliseconds by the hub's clock. */
export function countdownOf(session: SessionState, now: number): Countdown {
  const { phase } = session;
  switch (phase.type) {
    case "ended":
      return { type: "ended" };
    case "ending":
      return { type: "ending", text: "ending" };
    case "live": {
      const end = endOf(session);
      if (end === null) {
        const minutes = Math.max(0, Math.floor((now - Date.parse(session.createdAt)) / 60_000));
        return { type: "keep_alive", minutes, text: `keep-alive ${duration(minutes)}` };
      }
      const milliseconds = Math.max(0, Date.parse(end.at) - now);
      const seconds = Math.ceil(milliseconds / 1000);
      const life = Date.parse(end.at) - Date.parse(session.createdAt);
      // A life that is shorter than the timeout is whole at its start, too.
      const whole = session.keepAlive ? life : Math.min(life, session.timeoutMinutes * 60_000);
      return {
        type: "falling",
        by: end.by,
        seconds,
        text: clockText(seconds),
        // By whole seconds, so that the ring is drawn once a second and not with each tick.
        left: whole > 0 ? Math.min(1, (seconds * 1000) / whole) : 0,
        urgency: urgencyOf(seconds),
      };
    }
  }
}

/** How much a countdown of so many seconds asks for attention. */
export function urgencyOf(seconds: number): Urgency {
  if (seconds <= ALARM_SECONDS) return "alarm";
  return seconds <= WARN_SECONDS ? "warn" : "calm";
}

/** `04:12`, and `23:59:30` where minutes alone are too many to read. */
export function clockText(seconds: number): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const below = `${pad(minutes < 100 ? minutes : minutes % 60)}:${pad(seconds % 60)}`;
  return minutes < 100 ? below : `${Math.floor(minutes / 60)}:${below}`;
}

function duration(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
