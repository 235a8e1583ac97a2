import type { CreditState } from "../backend/backend";
import { creditsText } from "../controls/format";

const MINUTES_OF_AN_HOUR = 60;

/** What a session costs by its time, said before it starts. */
export function timePriceWords(credits: CreditState | null, keepAlive: boolean): string {
  if (!credits) {
    return keepAlive
      ? "This server does not say what a minute costs. A keep-alive session lives, and is billed, until you close it."
      : "This server does not say what a minute of a session costs.";
  }
  const minute = `${amount(credits.minutePrice)} each started minute`;
  if (!keepAlive) return credits.minutePrice === 0 ? "The time of a session is free." : `Costs ${minute}.`;
  const hour = amount(credits.minutePrice * MINUTES_OF_AN_HOUR);
  return `A keep-alive session lives until you close it and costs ${hour} an hour (${minute}), also while nobody uses it.`;
}

/** `0.1 credits`, `1 credit` */
export function amount(credits: number): string {
  // A card may say thousandths; a tenth would hide them.
  const text = Math.abs(credits) > 0 && Math.abs(credits) < 0.1 ? credits.toFixed(3) : creditsText(credits);
  return `${text.replace(/\.0$/, "")} ${credits === 1 ? "credit" : "credits"}`;
}
