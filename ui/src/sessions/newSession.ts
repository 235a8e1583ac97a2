import type { Settings, StartForm } from "../backend/backend";
import { addressOf } from "../controls/format";

/** The options of a start that are left to the server. */
export const plainStart: StartForm = {
  timeoutMinutes: 5,
  keepAlive: false,
  screenshot: true,
  maxDurationMinutes: null,
  viewportWidth: null,
  viewportHeight: null,
  userAgent: null,
  locale: null,
  timezone: null,
  headers: [],
  proxy: null,
};

/** What the New session form holds. */
export interface NewSession {
  connection: string;
  url: string;
  /** As typed. */
  timeout: string;
  keepAlive: boolean;
  screenshot: boolean;
}

/** What is wrong with each field, in a sentence. */
export interface Problems {
  url: string | null;
  timeout: string | null;
}

/** The form as the settings have it. */
export function formOf(settings: Settings | null, connection: string): NewSession {
  return {
    connection,
    url: "",
    timeout: String(settings?.timeoutMinutes ?? 5),
    keepAlive: settings?.keepAlive ?? false,
    screenshot: settings?.screenshot ?? true,
  };
}

/** Checks what was typed; the server checks again. */
export function problemsOf(form: NewSession): Problems {
  return { url: addressProblem(form.url), timeout: timeoutProblem(form.timeout) };
}

/** What is wrong with an idle timeout in minutes. */
export function timeoutProblem(typed: string): string | null {
  const minutes = Number(typed);
  const fine = typed.trim() !== "" && Number.isInteger(minutes) && minutes >= 1 && minutes <= 30;
  return fine ? null : "The timeout is a whole number of minutes from 1 to 30.";
}

/** What is wrong with an address; an empty one is fine. */
export function addressProblem(typed: string): string | null {
  if (!typed.trim()) return null;
  try {
    const { protocol } = new URL(addressOf(typed));
    if (["http:", "https:", "about:", "data:", "file:"].includes(protocol)) return null;
    return `An address starts with http:// or https://, not ${protocol}`;
  } catch {
    return "This is not an address. Write it like https://example.org/path";
  }
}
