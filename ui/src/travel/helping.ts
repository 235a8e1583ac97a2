import type { Help } from "../backend/backend";

/** What a button that helps says. */
export function helpWords(help: Help): string {
  switch (help.type) {
    case "start_again":
      return "Start again";
    case "retry":
      return "Retry";
    case "observe":
      return "Observe";
    case "extend":
      return "Extend";
    case "try_action":
      return `Try ${help.action}`;
    case "open_request":
      return "Open the request";
  }
}
