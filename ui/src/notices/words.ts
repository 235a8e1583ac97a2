import type { NoticeKind, SessionState } from "../backend/backend";
import type { Countdown } from "../sessions/countdown";
import { placeOf, titleOf, type Tone } from "../sessions/words";

/** So much of a title leaves its end on the line. */
const TITLE = 48;

/** How much a notice matters. */
export function toneOf(kind: NoticeKind): Tone {
  switch (kind) {
    case "expires_soon":
    case "orphan":
    case "budget_half":
    case "budget_near":
    case "history":
      return "warn";
    case "budget_spent":
    case "lost":
      return "bad";
    case "back":
      return "live";
    case "ended":
    case "dialog":
    case "download":
      return "plain";
  }
}

/** That a session ends soon, as it is now: the notice said it when it came. */
export function endingWords(
  session: SessionState,
  { by, text }: Extract<Countdown, { type: "falling" }>,
): { title: string; text: string } {
  const title = titleOf(session);
  const cut = title.length > TITLE ? `${title.slice(0, TITLE - 1).trimEnd()}…` : title;
  const why = by === "life" ? "its longest life is over then" : "extend it, or let it end";
  return { title: `${cut} ends in ${text}`, text: `${placeOf(session)}: ${why}.` };
}
