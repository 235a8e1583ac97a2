import type { WhatIf } from "../backend/backend";
import { plural } from "../controls/format";

/** Nothing would be otherwise. */
export const noChange = ({ timeoutMinutes, rates, closeAtOnce, mergeSessions }: WhatIf): boolean =>
  timeoutMinutes === null && rates === null && !closeAtOnce && !mergeSessions;

/** `With a timeout of 2 minutes and the prices of mine:` */
export function changeWords({ timeoutMinutes, rates, closeAtOnce, mergeSessions }: WhatIf): string {
  const parts: string[] = [];
  if (closeAtOnce) parts.push("each session closed right after its last call");
  else if (timeoutMinutes !== null) parts.push(`a timeout of ${plural(timeoutMinutes, "minute")}`);
  if (mergeSessions) parts.push("sessions of one host sharing one");
  if (rates) parts.push(`the prices of ${rates.name.slice(0, 60)}`);
  return `With ${parts.join(" and ")}:`;
}
