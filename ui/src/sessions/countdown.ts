import type { SessionState } from "../backend/backend";

/** From here on a countdown warns, in seconds. */
export const WARN_SECONDS = 60;
/** From here on it alarms, in seconds. */
export const ALARM_SECONDS = 20;

export type Urgency = "calm" | "warn" | "alarm";

/** What the ring and the figures beside it show. */
export type Countdown =
  | { type: "falling"; text: string; seconds: number; left: number; urgency: Urgency }
  | { type: "keep_alive"; text: string; minutes: number }
  | { type: "ending"; text: string }
  | { type: "ended" };

/** The countdown of a session at `now`, in milliseconds by the hub's clock. */
export function countdownOf(session: SessionState, now: number): Countdown {
  const { phase } = session;
  switch (phase.type) {
    case "ended":
      return { type: "ended" };
    case "ending":
      return { type: "ending", text: "ending" };
    case "live": {
      if (phase.expiresAt === null) {
        const minutes = Math.max(0, Math.floor((now - Date.parse(session.createdAt)) / 60_000));
        return { type: "keep_alive", minutes, text: `keep-alive ${duration(minutes)}` };
      }
      const milliseconds = Math.max(0, Date.parse(phase.expiresAt) - now);
      const seconds = Math.ceil(milliseconds / 1000);
      const whole = session.timeoutMinutes * 60_000;
      return {
        type: "falling",
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

/** `04:12` */
export function clockText(seconds: number): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`;
}

function duration(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
