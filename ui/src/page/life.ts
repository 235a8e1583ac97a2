import type { Command, ConnectionState, SessionState, StartForm } from "../backend/backend";
import { creditsText, sizeText, timeText } from "../controls/format";
import { amount } from "../sessions/prices";

/** What moves a deadline, and at which price. */
export interface Extension {
  command: Command;
  /** Short, for the button. */
  price: string;
  /** What is asked before it is done; null when nothing needs to be. */
  confirm: string | null;
}

/** The cheapest thing that moves the deadline of a session. */
export function extensionOf(session: SessionState, connection: ConnectionState | null): Extension {
  const { id, timeoutMinutes } = session;
  if (connection?.can.extend) {
    return { command: { type: "extend_session", session: id }, price: "free", confirm: null };
  }
  const credits = connection?.credits;
  const moves = `It moves the deadline to ${timeoutMinutes} min from then.`;
  if (credits && credits.observePrice < credits.stepPrice) {
    return {
      command: { type: "observe", session: id, url: null, maxActions: null },
      price: `${creditsText(credits.observePrice)} cr`,
      confirm: `This server moves a deadline by calls only. The cheapest is an observe, from ${amount(credits.observePrice)}. ${moves}`,
    };
  }
  return {
    // A wait of a moment: it changes nothing on the page.
    command: { type: "step", session: id, action: "S7", value: "1", enter: false },
    price: credits ? `${creditsText(credits.stepPrice)} cr` : "costs a step",
    confirm: credits
      ? `This server moves a deadline by calls only. The cheapest is a step that waits a moment, for ${amount(credits.stepPrice)}. ${moves}`
      : `This server moves a deadline by calls only, and does not say what a step costs. A step that waits a moment does it. ${moves}`,
  };
}

/** What a session was started with and what it moved, name by name. */
export function factsOf(session: SessionState): { name: string; text: string }[] {
  const { viewportWidth, viewportHeight, locale, timezone, userAgent } = session;
  const fact = (name: string, text: string | null) => (text === null ? [] : [{ name, text }]);
  return [
    ...fact("Id", session.id),
    ...fact("Started", `${timeText(session.createdAt)}${session.startedHere ? "" : ", elsewhere"}`),
    ...fact(
      "Lives",
      session.keepAlive ? "until somebody closes it" : `${session.timeoutMinutes} min after a call`,
    ),
    ...fact("Ends at the latest", session.latestEnd && timeText(session.latestEnd)),
    ...fact("Screenshots", session.screenshot ? "taken" : "not taken"),
    ...fact("Viewport", viewportWidth && viewportHeight ? `${viewportWidth} × ${viewportHeight}` : null),
    ...fact("Locale", locale),
    ...fact("Time zone", timezone),
    ...fact("User agent", userAgent),
    ...fact("Proxy", session.proxied ? "through a proxy" : null),
    ...fact(
      "Traffic",
      session.sentBytes + session.receivedBytes > 0
        ? `${sizeText(session.receivedBytes)} in, ${sizeText(session.sentBytes)} out`
        : null,
    ),
  ];
}

/** The options to start another session like this one; what was secret about it is not known any more. */
export function likeOf(session: SessionState): StartForm {
  const { timeoutMinutes, keepAlive, screenshot, viewportWidth, viewportHeight } = session;
  const { userAgent, locale, timezone } = session;
  return {
    ...{ timeoutMinutes, keepAlive, screenshot, viewportWidth, viewportHeight, userAgent, locale, timezone },
    maxDurationMinutes: null,
    headers: [],
    proxy: null,
  };
}

const MINUTE = 60_000;

/** What the time of a keep-alive session has cost so far; null when its server does not say. */
export function timeCost(session: SessionState, minutePrice: number | undefined, now: number): number | null {
  if (minutePrice === undefined) return null;
  return Math.max(1, Math.ceil((now - Date.parse(session.createdAt)) / MINUTE)) * minutePrice;
}
