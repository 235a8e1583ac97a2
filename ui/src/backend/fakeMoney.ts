import type {
  Billing,
  CallKind,
  CallSum,
  CreditState,
  DaySum,
  Failure,
  LedgerLine,
  Plan,
  RateCard,
  SessionSum,
  UsageReport,
  WhatIf,
  WhatIfAnswer,
} from "./backend";
import { defaultCard } from "../billing/card";
import type { FakeBackend } from "./fake";

const nothing = { session: null, call: null, connection: null, closed: [], probe: null };

const kinds: [CallKind, number][] = [
  ["scrape", 0.46],
  ["observe", 0.28],
  ["step", 0.19],
  ["session_minute", 0.07],
];
const round = (amount: number) => Math.round(amount * 1000) / 1000;
const sum = (rows: readonly { credits: number }[]) => round(rows.reduce((all, row) => all + row.credits, 0));
const sums = (credits: number): CallSum[] =>
  kinds.map(([call, share]) => ({
    call,
    count: Math.round(credits * share),
    credits: round(credits * share),
  }));

function sessionSum(i: number, scale: number): SessionSum {
  const host = ["shop.local", "air.local", "docs.local", "portal.local", null][i % 5] ?? null;
  const title =
    i === 3 ? '=HYPERLINK("http://evil.local") <script>' : i === 4 ? "متجر الكتب" : `Search results ${i + 1}`;
  const credits = round((14.2 + ((i * 37) % 50) / 10) / scale);
  return {
    session: `s-${(0x7f3a + i).toString(16)}`,
    title: host === null ? null : title,
    host,
    credits,
    idle: i % 6 === 2 ? round(credits * 0.62) : round(credits * 0.08),
    calls: 4 + (i % 9),
    minutes: 2 + (i % 20),
  };
}

/** The days so that they add up to what the meter counts. */
function asCounted(days: readonly DaySum[], { allowed, remaining, today }: CreditState, now: Date): DaySum[] {
  const day = now.toISOString().slice(0, 10);
  const before = days.filter((known) => known.day !== day);
  const scale = (allowed - remaining - today) / sum(before);
  const scaled = before.map((known): [string, number] => [known.day, known.credits * scale]);
  return [...scaled, [day, today] as [string, number]].map(([day, credits]) => {
    const byCall = sums(credits);
    return { day, credits: sum(byCall), byCall };
  });
}

/** A month up to `now`: what was used on each of its days. */
export function usageOf(
  connection: string,
  period: string | null,
  sessions: number,
  now: Date,
  credits: CreditState | null = null,
): UsageReport {
  const month = period ?? now.toISOString().slice(0, 7);
  const start = new Date(`${month}-01T00:00:00Z`);
  const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  const last = end > now ? now.getUTCDate() : new Date(end.getTime() - 1).getUTCDate();
  const made = Array.from({ length: last }, (_, i) => 60 + ((i * 53) % 90) + (i % 7 > 4 ? -40 : 20))
    .map((credits, i) => ({
      day: `${month}-${String(i + 1).padStart(2, "0")}`,
      credits: sum(sums(credits)),
      byCall: sums(credits),
    }))
    .filter((_, i) => i % 11 !== 8);
  const bySession = Array.from({ length: sessions }, (_, i) => sessionSum(i, sessions > 100 ? 100 : 1)).sort(
    (a, b) => b.credits - a.credits,
  );
  const byDay = end > now && credits ? asCounted(made, credits, now) : made;
  const used = sum(byDay);
  const listed = sum(bySession);
  const hosts = ["shop.local", "air.local", "docs.local", "portal.local", null];
  return {
    connection,
    plan: "Local",
    periodStart: start.toISOString(),
    periodEnd: end.toISOString(),
    allowed: 10_000,
    used,
    remaining: 10_000 - used,
    byCall: sums(used),
    byDay,
    bySession,
    byHost: hosts.map((host, i) => ({
      host,
      count: 40 - 7 * i,
      credits: round(used / 2 ** Math.min(i + 1, hosts.length - 1)),
    })),
    otherSessions: used - listed > 1 ? { count: Math.round(used / 40), credits: round(used - listed) } : null,
    otherHosts: null,
    idleWaste: round(bySession.reduce((all, { idle }) => all + idle, 0)),
    estimated: false,
    note: null,
  };
}

function lines(now: Date): LedgerLine[] {
  return Array.from({ length: 640 }, (_, i) => {
    const [call] = kinds[i % 4] as [CallKind, number];
    const reasons =
      call === "scrape"
        ? [
            { what: "2 base", credits: 2 },
            { what: "1.8 for 18 KB over 10 KB", credits: 1.8 },
          ]
        : [{ what: "base", credits: call === "session_minute" ? 0.1 : 1 }];
    return {
      id: 640 - i,
      at: new Date(now.getTime() - i * 47_000 - (i % 5) * 9000).toISOString(),
      session: `s-${(0x7f3a + (i % 8)).toString(16)}`,
      call,
      host: "shop.local",
      credits: sum(reasons),
      reasons,
    };
  });
}

function whatIf(change: WhatIf, used: number, rates: RateCard): WhatIfAnswer {
  const minute = change.closeAtOnce
    ? 0.2
    : change.timeoutMinutes === null
      ? 1
      : Math.min(1, change.timeoutMinutes / 5);
  const price = (call: CallKind) => {
    const of = (card: RateCard) => (call === "extend" || call === "close" ? 0 : card[call]);
    return change.rates && of(rates) > 0 ? of(change.rates) / of(rates) : 1;
  };
  const byCall = sums(used).map(({ call, credits }) => ({
    call,
    was: credits,
    wouldBe: round(credits * price(call) * (call === "session_minute" ? minute : 1)),
  }));
  return {
    was: sum(byCall.map(({ was }) => ({ credits: was }))),
    wouldBe: sum(byCall.map(({ wouldBe }) => ({ credits: wouldBe }))),
    byCall,
    entries: 640,
    restarted: change.timeoutMinutes !== null && change.timeoutMinutes < 3 ? 12 : 0,
    merged: change.mergeSessions ? 5 : 0,
    note: null,
  };
}

/** The meter of a server that tells no credits, or of a month without a charge. */
function withoutCharges(fake: FakeBackend, estimated: boolean): void {
  const { connections, sessions } = fake.snapshot;
  fake.snapshot = {
    ...fake.snapshot,
    connections: connections.map((connection) => ({
      ...connection,
      credits:
        estimated || !connection.credits
          ? null
          : { ...connection.credits, remaining: connection.credits.allowed, today: 0, perMinute: 0 },
    })),
    sessions: sessions.map((session) => ({ ...session, creditsEstimated: estimated })),
  };
}

const away: Failure = {
  code: "unreachable" as Failure["code"],
  message: "the server did not answer within 10 s",
  hint: "check that it runs, then try again",
};

/** Money of the scene that `?fake=` names: `full`, `empty`, `many`, `estimated`, `no_money`, `slow_money`. */
export function moneyScene(scene: string, fake: FakeBackend, now = new Date()): void {
  let rates = defaultCard;
  let plan: Plan = { name: "Local", credits_per_month: 10_000, credits_per_day: 400, sessions_at_once: 10 };
  const estimated = scene === "estimated";
  const empty = scene === "empty";
  if (estimated || empty) withoutCharges(fake, estimated);
  const ledger = empty ? [] : lines(now);

  function usage(connection: string, period: string | null): UsageReport {
    const known = fake.snapshot.connections.find(({ id }) => id === connection)?.credits ?? null;
    const whole = usageOf(connection, period, scene === "many" ? 10_000 : 24, now, known);
    if (empty)
      return {
        ...whole,
        used: 0,
        remaining: 10_000,
        idleWaste: 0,
        byCall: [],
        byDay: [],
        bySession: [],
        byHost: [],
        otherSessions: null,
      };
    const note = "The server tells no usage: calls made elsewhere are not among these numbers.";
    return estimated ? { ...whole, estimated, note } : whole;
  }
  const billing = (connection: string): Billing => ({
    connection,
    plan: estimated ? null : plan,
    rates,
    ratesEstimated: estimated,
    editable: !estimated,
    source: estimated ? null : rates === defaultCard ? "defaults" : "/home/me/.local/share/notex/tariff.json",
    problem: null,
    periodEnd: usage(connection, null).periodEnd,
    usedToday:
      usage(connection, null).byDay.find(({ day }) => day === now.toISOString().slice(0, 10))?.credits ?? 0,
    usedMonth: usage(connection, null).used,
    liveSessions: fake.snapshot.sessions.filter(({ phase }) => phase.type === "live").length,
  });
  const guarded = <T>(answer: () => T): Promise<T> => {
    if (scene === "no_money") return Promise.reject(away);
    return scene === "slow_money" ? new Promise<T>(() => undefined) : Promise.resolve(answer());
  };

  fake.onQuery("usage", (query) =>
    guarded(() => ({
      type: "usage",
      value: query.type === "usage" ? usage(query.connection, query.period) : usage("local", null),
    })),
  );
  fake.onQuery("entries", (query) =>
    guarded(() => {
      const filter = query.type === "entries" ? query.filter : null;
      const fit = ledger.filter(
        (line) =>
          (!filter?.call || line.call === filter.call) &&
          (!filter?.session || line.session === filter.session),
      );
      const items = fit
        .filter(({ id }) => !filter?.before || id < filter.before)
        .slice(0, filter?.limit ?? 200);
      return { type: "entries", value: { items, total: fit.length } };
    }),
  );
  fake.onQuery("billing", (query) =>
    guarded(() => ({
      type: "billing",
      value: billing(query.type === "billing" ? query.connection : "local"),
    })),
  );
  fake.onQuery("what_if", (query) =>
    guarded(() => ({
      type: "what_if",
      value: whatIf(
        query.type === "what_if"
          ? query.change
          : { timeoutMinutes: null, rates: null, closeAtOnce: false, mergeSessions: false },
        usage("local", null).used,
        rates,
      ),
    })),
  );
  fake.on("save_rates", (command) => {
    if (command.type === "save_rates") rates = command.rates;
    return nothing;
  });
  fake.on("save_plan", (command) => {
    if (command.type === "save_plan") plan = command.plan;
    return nothing;
  });
}
