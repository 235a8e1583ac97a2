import type { Header, Settings, StartForm } from "../backend/backend";
import { addressOf } from "../controls/format";
import { viewportName } from "./viewports";

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

/** What the New session form holds: numbers as typed, and what is left to the server as an empty text. */
export interface NewSession {
  connection: string;
  url: string;
  timeout: string;
  keepAlive: boolean;
  screenshot: boolean;
  maxDuration: string;
  /** A name of `viewports`, or `own`. */
  viewport: string;
  width: string;
  height: string;
  userAgent: string;
  locale: string;
  timezone: string;
  headers: Header[];
  proxyServer: string;
  proxyUser: string;
  proxyPassword: string;
  proxyBypass: string;
}

export type FieldName = Exclude<keyof NewSession, "connection" | "keepAlive" | "screenshot" | "headers">;

/** What is wrong with each field, in a sentence; headers by their row. */
export interface Problems {
  fields: Partial<Record<FieldName, string>>;
  headers: (string | null)[];
}

/** The form as the settings have it, or as another session was started. */
export function formOf(
  settings: Settings | null,
  connection: string,
  like: StartForm | null = null,
  url = "",
): NewSession {
  const start = like ?? {
    ...plainStart,
    timeoutMinutes: settings?.timeoutMinutes ?? plainStart.timeoutMinutes,
    keepAlive: settings?.keepAlive ?? plainStart.keepAlive,
    screenshot: settings?.screenshot ?? plainStart.screenshot,
  };
  const text = (value: string | number | null | undefined) => String(value ?? "");
  return {
    connection,
    url,
    timeout: text(start.timeoutMinutes),
    keepAlive: start.keepAlive,
    screenshot: start.screenshot,
    maxDuration: text(start.maxDurationMinutes),
    viewport: viewportName(start.viewportWidth, start.viewportHeight),
    width: text(start.viewportWidth),
    height: text(start.viewportHeight),
    userAgent: text(start.userAgent),
    locale: text(start.locale),
    timezone: text(start.timezone),
    headers: start.headers.map((header) => ({ ...header })),
    proxyServer: text(start.proxy?.server),
    proxyUser: text(start.proxy?.username),
    proxyPassword: text(start.proxy?.password),
    proxyBypass: text(start.proxy?.bypass),
  };
}

/** What was typed as the server wants it. A server that takes few options is not sent the others. */
export function optionsOf(form: NewSession, takesAll: boolean): StartForm {
  const plain = {
    ...plainStart,
    timeoutMinutes: Number(form.timeout),
    keepAlive: form.keepAlive,
    screenshot: form.screenshot,
  };
  if (!takesAll) return plain;
  const text = (value: string) => value.trim() || null;
  const number = (value: string) => (value.trim() ? Number(value) : null);
  const server = text(form.proxyServer);
  return {
    ...plain,
    maxDurationMinutes: number(form.maxDuration),
    viewportWidth: number(form.width),
    viewportHeight: number(form.height),
    userAgent: text(form.userAgent),
    locale: text(form.locale),
    timezone: text(form.timezone),
    headers: form.headers
      .filter(({ name, value }) => name.trim() || value.trim())
      .map(({ name, value }) => ({ name: name.trim(), value: value.trim() })),
    proxy:
      server === null
        ? null
        : {
            server,
            username: text(form.proxyUser),
            password: form.proxyPassword || null,
            bypass: text(form.proxyBypass),
          },
  };
}

/** How many of the options that only some servers take are set. */
export function furtherOptions(form: NewSession): number {
  const { maxDurationMinutes, viewportWidth, userAgent, locale, timezone, headers, proxy } = optionsOf(
    form,
    true,
  );
  return [maxDurationMinutes, viewportWidth, userAgent, locale, timezone, headers[0] ?? null, proxy].filter(
    (option) => option !== null,
  ).length;
}

/** Checks what was typed; the server checks again. */
export function problemsOf(form: NewSession, takesAll: boolean): Problems {
  const found: Partial<Record<FieldName, string | null>> = {
    url: addressProblem(form.url),
    timeout: timeoutProblem(form.timeout),
  };
  const headers = takesAll ? form.headers.map((header, at) => headerProblem(header, at, form.headers)) : [];
  if (takesAll) {
    const { width, height } = form;
    const side = (value: string, most: number, name: string) =>
      !width.trim() && !height.trim() ? null : wholeProblem(value, 100, most, name);
    Object.assign(found, {
      maxDuration: form.maxDuration.trim()
        ? wholeProblem(form.maxDuration, 1, 1440, "The longest life", " of minutes")
        : null,
      width: side(width, 7680, "The width"),
      height: side(height, 4320, "The height"),
      locale: localeProblem(form.locale),
      timezone: timezoneProblem(form.timezone),
      userAgent: headerValueProblem(form.userAgent, "The user agent"),
      proxyServer: proxyProblem(form),
    });
  }
  const fields = Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== null));
  return { fields, headers };
}

/** Whether nothing is wrong. */
export const isFine = ({ fields, headers }: Problems): boolean =>
  Object.keys(fields).length === 0 && headers.every((problem) => problem === null);

function wholeProblem(typed: string, least: number, most: number, name: string, of = ""): string | null {
  const n = Number(typed);
  const fine = typed.trim() !== "" && Number.isInteger(n) && n >= least && n <= most;
  return fine ? null : `${name} is a whole number${of} from ${least} to ${most}.`;
}

/** What is wrong with an idle timeout in minutes. */
export const timeoutProblem = (typed: string): string | null =>
  wholeProblem(typed, 1, 30, "The timeout", " of minutes");

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

function localeProblem(typed: string): string | null {
  if (!typed.trim()) return null;
  try {
    Intl.getCanonicalLocales(typed.trim());
    return null;
  } catch {
    return "This is not a locale. Write it like de-DE or pt-BR.";
  }
}

function timezoneProblem(typed: string): string | null {
  if (!typed.trim()) return null;
  try {
    new Intl.DateTimeFormat("en", { timeZone: typed.trim() });
    return null;
  } catch {
    return "There is no such time zone. Write it like Europe/Berlin.";
  }
}

function proxyProblem({ proxyServer, proxyUser, proxyPassword, proxyBypass }: NewSession): string | null {
  if (!proxyServer.trim())
    return proxyUser.trim() || proxyPassword || proxyBypass.trim()
      ? "Type the proxy's address, or clear its other fields."
      : null;
  const like = "Write it like http://host:3128 or socks5://host:1080";
  try {
    const url = new URL(proxyServer.includes("://") ? proxyServer.trim() : `http://${proxyServer.trim()}`);
    if (url.username || url.password)
      return "Type the name and the password into their own fields, not into the address.";
    const known = ["http:", "https:", "socks4:", "socks5:"].includes(url.protocol);
    return known && url.hostname && ["", "/"].includes(url.pathname) && !url.search && !url.hash
      ? null
      : `This is not a proxy's address. ${like}`;
  } catch {
    return `This is not a proxy's address. ${like}`;
  }
}

const OWN_HEADERS =
  /^(host|connection|content-length|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/i;

function headerProblem({ name, value }: Header, at: number, all: readonly Header[]): string | null {
  const key = name.trim().toLowerCase();
  if (!key) return value.trim() ? "Type the header's name." : null;
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key)) return "A header's name has no spaces and no colon.";
  if (OWN_HEADERS.test(key)) return "The browser alone sets this header.";
  if (all.findIndex((other) => other.name.trim().toLowerCase() === key) !== at)
    return "This header is in the list already.";
  return headerValueProblem(value, "The value");
}

function headerValueProblem(value: string, name: string): string | null {
  if (value.length > 8192) return `${name} is longer than 8,192 characters.`;
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value) ? `${name} holds a line break.` : null;
}
