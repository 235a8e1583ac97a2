import type { PastSession } from "../backend/backend";
import { hostOf, sentence, shortId } from "../controls/format";
import type { Tone } from "../sessions/words";

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const minute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** `25 Nov 2026, 14:03` in the person's zone. */
export function whenText(instant: string): string {
  const date = new Date(instant);
  return `${day.format(date)}, ${minute.format(date)}`;
}

/** `14:03` in the person's zone. */
export const minuteText = (instant: string): string => minute.format(new Date(instant));

/** How a kept session ended, in words, and how much that matters. */
export function endWords({ end }: Pick<PastSession, "end">): { text: string; tone: Tone; detail: string } {
  if (end === null) return { text: "live", tone: "live", detail: "It has not ended." };
  const detail = end.detail ? sentence(end.detail) : "";
  switch (end.reason) {
    case null:
      return { text: "end not seen", tone: "plain", detail };
    case "manual":
      return { text: "closed", tone: "plain", detail: detail || "Somebody closed it." };
    case "idle_timeout":
      return { text: "timed out", tone: "warn", detail: detail || "Nobody called it in time." };
    case "max_duration":
      return { text: "reached its longest life", tone: "warn", detail };
    case "error":
      return { text: "failed", tone: "bad", detail: detail || "The server did not say why." };
  }
}

/** Its title, or what can be said without one. */
export const pastTitle = ({ title, url }: Pick<PastSession, "title" | "url">): string =>
  title.trim() || (url ? hostOf(url) : "No page");

/** `shop.local · s-7f3a · Local engine` */
export const pastPlace = ({ url, id, connectionName }: PastSession): string =>
  [url ? hostOf(url) : null, shortId(id), connectionName || null].filter(Boolean).join(" · ");
