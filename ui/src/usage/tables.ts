import type { CallSum, DaySum, HostSum, LedgerLine, SessionSum } from "../backend/backend";
import { kindWords } from "../calls/calls";
import { countText, shortId } from "../controls/format";
import type { Column } from "../tables/columns";

export type View = "day" | "call" | "session" | "host" | "entries";

export const views: readonly { id: View; label: string }[] = [
  { id: "day", label: "Days" },
  { id: "call", label: "Calls" },
  { id: "session", label: "Sessions" },
  { id: "host", label: "Hosts" },
  { id: "entries", label: "Entries" },
];

const tenths = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `14.2`, or `≈ 14.2` for what the server did not tell. */
export const amountText = (amount: number, estimated: boolean): string =>
  `${estimated ? "≈ " : ""}${tenths.format(amount)}`;

const partWords = { observe: "Observe", step: "Step", scrape: "Scrape", session_minute: "Session time" };
const part = (whole: number, amount: number) => (whole > 0 ? amount / whole : 0);
const percent = (share: number) => `${Math.round(share * 100)} %`;

function credits<R extends { credits: number }>(estimated: boolean): Column<R> {
  return {
    id: "credits",
    label: estimated ? "Credits (estimated)" : "Credits",
    value: (row) => row.credits,
    text: (row) => amountText(row.credits, estimated),
    numeric: true,
    width: estimated ? "140px" : "100px",
  };
}

export function dayColumns(estimated: boolean): Column<DaySum>[] {
  const of = (row: DaySum, call: CallSum["call"]) =>
    row.byCall.length === 0 ? null : (row.byCall.find((sum) => sum.call === call)?.credits ?? 0);
  const calls = (["observe", "step", "scrape", "session_minute"] as const).map((call): Column<DaySum> => ({
    id: call,
    label: partWords[call],
    value: (row) => of(row, call),
    text: (row) => amountText(of(row, call) ?? 0, estimated),
    numeric: true,
    width: "104px",
  }));
  return [
    { id: "day", label: "Day (UTC)", value: ({ day }) => day, width: "minmax(96px, 1fr)" },
    ...calls,
    credits(estimated),
  ];
}

export const callColumns = (estimated: boolean, used: number): Column<CallSum>[] => [
  { id: "call", label: "Call", value: ({ call }) => kindWords[call] },
  {
    id: "count",
    label: "Entries",
    value: ({ count }) => count,
    text: ({ count }) => countText(count),
    numeric: true,
  },
  {
    id: "share",
    label: "Share",
    value: (row) => part(used, row.credits),
    text: (row) => percent(part(used, row.credits)),
    numeric: true,
  },
  credits(estimated),
];

export const sessionColumns = (estimated: boolean): Column<SessionSum>[] => [
  {
    id: "title",
    label: "Session",
    value: ({ title, host }) => title ?? host,
    text: ({ title, host }) => title || host || "No page",
    width: "minmax(140px, 2fr)",
  },
  { id: "host", label: "Host", value: ({ host }) => host, width: "minmax(80px, 1fr)" },
  { id: "session", label: "Id", value: ({ session }) => session, width: "minmax(70px, 0.8fr)" },
  { id: "calls", label: "Calls", value: ({ calls }) => calls, numeric: true, width: "52px" },
  { id: "minutes", label: "Minutes", value: ({ minutes }) => minutes, numeric: true, width: "62px" },
  {
    id: "idle",
    label: "Idle",
    value: ({ idle }) => idle,
    text: (row) => `${amountText(row.idle, estimated)} · ${percent(part(row.credits, row.idle))}`,
    numeric: true,
    width: "104px",
  },
  credits(estimated),
];

export const hostColumns = (estimated: boolean, used: number): Column<HostSum>[] => [
  { id: "host", label: "Host", value: ({ host }) => host ?? "without a page" },
  {
    id: "count",
    label: "Entries",
    value: ({ count }) => count,
    text: ({ count }) => countText(count),
    numeric: true,
  },
  {
    id: "share",
    label: "Share",
    value: (row) => part(used, row.credits),
    text: (row) => percent(part(used, row.credits)),
    numeric: true,
  },
  credits(estimated),
];

const moment = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });

export const entryColumns = (estimated: boolean): Column<LedgerLine>[] => [
  {
    id: "at",
    label: "At (local time)",
    exported: "At",
    value: ({ at }) => at,
    text: ({ at }) => moment.format(new Date(at)),
    width: "136px",
  },
  { id: "call", label: "Call", value: ({ call }) => kindWords[call], width: "104px" },
  {
    id: "reasons",
    label: "Why",
    value: ({ reasons }) => reasons.map(({ what }) => what).join(" + "),
    width: "minmax(120px, 2fr)",
  },
  { id: "host", label: "Host", value: ({ host }) => host, width: "minmax(80px, 1fr)" },
  {
    id: "session",
    label: "Session",
    value: ({ session }) => session,
    text: ({ session }) => shortId(session),
    width: "minmax(80px, 0.8fr)",
  },
  credits(estimated),
];
