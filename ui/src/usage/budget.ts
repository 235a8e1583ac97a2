import type { Budget, CreditState, SessionState, UsageReport } from "../backend/backend";

/** How far a limit of the budget is used. */
export interface BudgetUse {
  /** What is limited: `today`. */
  name: string;
  used: number;
  limit: number;
}

/** How far each limit of a budget is used now, in the month that runs. */
export function budgetUses(
  budget: Budget,
  report: UsageReport,
  credits: CreditState | null,
  sessions: readonly SessionState[],
  now: number,
): BudgetUse[] {
  const day = new Date(now).toISOString().slice(0, 10);
  const today = credits?.today ?? report.byDay.find((known) => known.day === day)?.credits ?? 0;
  const live = sessions.filter(({ phase }) => phase.type === "live");
  const dearest = live.reduce((most, { credits }) => Math.max(most, credits), 0);
  return [
    { name: "today", used: today, limit: budget.perDay },
    { name: "this month", used: report.used, limit: budget.perMonth },
    { name: "by the dearest live session", used: dearest, limit: budget.perSession },
  ].filter((use): use is BudgetUse => use.limit !== null);
}
