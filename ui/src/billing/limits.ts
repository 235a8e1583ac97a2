import type { Budget, Plan, Settings } from "../backend/backend";

type PlanLimit = Exclude<keyof Plan, "name">;
type BudgetLimit = "perDay" | "perSession" | "perMonth";

export const planFields: readonly { field: PlanLimit; label: string; whole?: boolean; required?: boolean }[] =
  [
    { field: "credits_per_month", label: "Credits per month", required: true },
    { field: "credits_per_day", label: "Credits per day" },
    { field: "credits_per_session", label: "Credits per session" },
    { field: "sessions_at_once", label: "Sessions at once", whole: true },
  ];

export const budgetFields: readonly { field: BudgetLimit; label: string }[] = [
  { field: "perDay", label: "Credits per day" },
  { field: "perSession", label: "Credits per session" },
  { field: "perMonth", label: "Credits per month" },
];

/** The limits of a plan as a form has them. */
export const planValues = (plan: Plan): Record<PlanLimit, number | null> => ({
  credits_per_month: plan.credits_per_month,
  credits_per_day: plan.credits_per_day ?? null,
  credits_per_session: plan.credits_per_session ?? null,
  sessions_at_once: plan.sessions_at_once ?? null,
});

/** A plan of what a form has. */
export const planFrom = (name: string, values: Record<PlanLimit, number | null>): Plan => ({
  name,
  ...values,
  credits_per_month: values.credits_per_month ?? 0,
});

/** The limits of a budget as a form has them. */
export const budgetValues = (budget: Budget | null): Record<BudgetLimit, number | null> => ({
  perDay: budget?.perDay ?? null,
  perSession: budget?.perSession ?? null,
  perMonth: budget?.perMonth ?? null,
});

/** The settings with a budget; one that limits nothing is left out. */
export function withBudget(settings: Settings, budget: Budget): Settings {
  const others = settings.budgets.filter(({ connection }) => connection !== budget.connection);
  const none = budget.perDay === null && budget.perSession === null && budget.perMonth === null;
  return { ...settings, budgets: none ? others : [...others, budget] };
}
