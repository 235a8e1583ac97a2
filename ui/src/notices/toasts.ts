import type { Notice, NoticeKind, SessionState } from "../backend/backend";
import { hasEnded } from "../sessions/filtering";

/** Notices that ask a person to do something now; all others only wait in the list. */
const urgent: readonly NoticeKind[] = ["expires_soon", "orphan", "budget_near", "budget_spent"];

/** A toast stays so long when nothing about it changes, in milliseconds. */
const STAYS_MS = 60_000;
const AT_ONCE = 2;

/** What matters for which notices are shown beside the screens. */
export interface Watch {
  sessions: ReadonlyMap<string, SessionState>;
  /** Numbers of those that a person put away. */
  dismissed: ReadonlySet<number>;
  /** Nothing older is shown: what the window missed is in the list. Milliseconds by the hub's clock. */
  since: number;
  /** Whole seconds of the hub's clock. */
  second: number;
}

/** What is shown beside the screens now, the newest first, one for each session. */
export function toastsOf(notices: readonly Notice[], watch: Watch): Notice[] {
  const shown: Notice[] = [];
  const about = new Set<string>();
  for (const notice of [...notices].reverse()) {
    if (!urgent.includes(notice.kind) || watch.dismissed.has(notice.id)) continue;
    const at = Date.parse(notice.at);
    if (at < watch.since || at + STAYS_MS < watch.second * 1000) continue;
    // That a budget is used up is news enough: no more that it nearly was.
    const topic = notice.kind === "budget_near" ? "budget_spent" : notice.kind;
    const subject = `${topic}:${notice.session ?? notice.connection ?? notice.id}`;
    if (about.has(subject) || isOver(notice, watch)) continue;
    about.add(subject);
    shown.push(notice);
    if (shown.length === AT_ONCE) break;
  }
  return shown;
}

/** What it warns of has happened or was averted. */
function isOver(notice: Notice, { sessions }: Watch): boolean {
  if (notice.session === null) return false;
  const session = sessions.get(notice.session);
  if (!session || hasEnded(session)) return true;
  // A call after the notice moved the deadline.
  return notice.kind === "expires_soon" && Date.parse(session.lastCallAt) > Date.parse(notice.at);
}

/** How many notices came after the list was last looked at. */
export const unreadOf = (notices: readonly Notice[], seenAt: number): number =>
  notices.filter(({ at }) => Date.parse(at) > seenAt).length;

const KEY = "notex.notices";

/** When the list was last looked at, in milliseconds; remembered on this machine. */
export function seenAt(): number {
  try {
    return Number(localStorage.getItem(KEY)) || 0;
  } catch {
    return 0;
  }
}

export function rememberSeen(at: number): void {
  try {
    localStorage.setItem(KEY, String(at));
  } catch {
    // A forbidden memory only costs the count.
  }
}
