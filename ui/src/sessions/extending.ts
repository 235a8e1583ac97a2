import type { ConnectionState } from "../backend/backend";
import { creditsText } from "../controls/format";

/** What moving a deadline costs there, in words: the cheapest call that does it. */
export function extendPrice(connection: ConnectionState | null): string {
  if (!connection) return "price unknown";
  if (connection.can.extend) return "free";
  const price = connection.credits?.stepPrice;
  return price === undefined ? "costs a call" : `up to ${creditsText(price)} cr`;
}
