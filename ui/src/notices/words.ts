import type { NoticeKind } from "../backend/backend";
import type { Tone } from "../sessions/words";

/** How much a notice matters. */
export function toneOf(kind: NoticeKind): Tone {
  switch (kind) {
    case "expires_soon":
    case "orphan":
    case "budget_half":
    case "budget_near":
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
