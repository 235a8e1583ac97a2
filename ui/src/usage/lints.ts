import type { SessionState, UsageReport } from "../backend/backend";
import { creditsText, plural } from "../controls/format";

/** Something that costs for nothing, and what helps. */
export interface Lint {
  id: "idle" | "keep_alive" | "single";
  title: string;
  text: string;
  sessions: readonly string[];
  /** Those of them that live and do nothing now: closing them stops the cost. */
  closable: readonly string[];
}

const QUIET_MS = 10 * 60_000;

/** What is worth a look, of a month and of what lives now. */
export function lintsOf(report: UsageReport, sessions: readonly SessionState[], now: number): Lint[] {
  const about = report.estimated ? "about " : "";
  const lints: Lint[] = [];
  const live = sessions.filter(({ phase, busy }) => phase.type === "live" && busy === null);
  const quiet = live.filter(
    ({ keepAlive, lastCallAt }) => keepAlive && now - Date.parse(lastCallAt) > QUIET_MS,
  );
  if (quiet.length > 0)
    lints.push({
      id: "keep_alive",
      title: `${plural(quiet.length, "keep-alive session")} had no call for 10 minutes`,
      text: `${creditsText(quiet.reduce((all, { credits }) => all + credits, 0))} credits so far. Nothing ends them but a close.`,
      sessions: quiet.map(({ id }) => id),
      closable: quiet.map(({ id }) => id),
    });
  const idle = report.bySession.filter((row) => row.idle > row.credits / 2);
  const idlers = new Set(idle.map(({ session }) => session));
  if (idle.length > 0)
    lints.push({
      id: "idle",
      title: `${plural(idle.length, "session")} paid more for idle minutes than for work`,
      text: `${about}${creditsText(idle.reduce((all, row) => all + row.idle, 0))} credits after their last calls. ${shorterWords(sessions.filter(({ id }) => idlers.has(id)))}`,
      sessions: [...idlers],
      closable: live.filter(({ id }) => idlers.has(id)).map(({ id }) => id),
    });
  const single = report.bySession.filter(({ calls }) => calls === 1);
  if (single.length > 2)
    lints.push({
      id: "single",
      title: `${plural(single.length, "session")} made one call each`,
      text: "Calls that share a session share its minutes, too.",
      sessions: single.map(({ session }) => session),
      closable: [],
    });
  return lints;
}

/** What would have helped sessions that idled. */
function shorterWords(idle: readonly SessionState[]): string {
  const longest = idle.reduce((most, one) => Math.max(most, one.keepAlive ? 0 : one.timeoutMinutes), 0);
  if (longest < 2) return "Close them when they are done.";
  return `Their timeout is up to ${plural(longest, "minute")}: close them when they are done, or start them with ${plural(Math.max(1, Math.floor(longest / 3)), "minute")}. Billing works out what another timeout saves.`;
}
