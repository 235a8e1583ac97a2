import { describe, expect, it } from "vitest";
import { defaultSettings } from "../backend/fakePages";
import {
  formOf,
  furtherOptions,
  isFine,
  optionsOf,
  plainStart,
  problemsOf,
  type NewSession,
} from "./newSession";
import { leftOut, nameProblem, withoutPreset, withoutSecrets, withPreset } from "./presets";
import { timePriceWords } from "./prices";

const form = (change: Partial<NewSession> = {}): NewSession => ({
  ...formOf(defaultSettings, "local"),
  ...change,
});
const header = (name: string, value = "x") => ({ name, value });

it("an untouched form asks for what the settings say and leaves the rest to the server", () => {
  expect(isFine(problemsOf(form(), true))).toBe(true);
  expect(optionsOf(form(), true)).toEqual(plainStart);
});

it("a form made of options gives the same options again", () => {
  const options = {
    ...plainStart,
    timeoutMinutes: 12,
    maxDurationMinutes: 90,
    viewportWidth: 390,
    viewportHeight: 844,
    userAgent: "Robot/1",
    locale: "de-DE",
    timezone: "Europe/Berlin",
    headers: [header("X-Team", "scrapers")],
    proxy: { server: "http://proxy.local:3128", username: "me", password: "pw", bypass: "*.local" },
  };
  const made = formOf(null, "local", options, "http://shop.local/");
  expect(made).toMatchObject({ viewport: "phone", url: "http://shop.local/" });
  expect(optionsOf(made, true)).toEqual(options);
  expect(furtherOptions(made)).toBe(7);
});

it("a server that takes few options is not sent the others, nor are they checked", () => {
  const typed = form({ locale: "!!", width: "3", headers: [header("a b")], timeout: "7" });
  expect(isFine(problemsOf(typed, false))).toBe(true);
  expect(optionsOf(typed, false)).toEqual({ ...plainStart, timeoutMinutes: 7 });
});

describe("a problem is named at its field", () => {
  it.each<[string, Partial<NewSession>]>([
    ["timeout", { timeout: "0" }],
    ["timeout", { timeout: "2.5" }],
    ["maxDuration", { maxDuration: "1441" }],
    ["width", { width: "99", height: "800" }],
    ["height", { width: "1280" }],
    ["locale", { locale: "not a locale" }],
    ["timezone", { timezone: "Europe/Atlantis" }],
    ["userAgent", { userAgent: "a\nb" }],
    ["proxyServer", { proxyServer: "ftp://x" }],
    ["proxyServer", { proxyServer: "http://me:pw@proxy.local" }],
    ["proxyServer", { proxyUser: "me" }],
    ["url", { url: "ftp://x" }],
  ])("%s", (field, change) => {
    expect(Object.keys(problemsOf(form(change), true).fields)).toEqual([field]);
  });

  it("headers by their row", () => {
    const headers = [header("X-A"), header("a b"), header("Host"), header("x-a"), header(""), header("", "")];
    expect(problemsOf(form({ headers }), true).headers.map((problem) => problem !== null)).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
  });
});

it("presets are kept without passwords and without headers that hold secrets, and that is said", () => {
  const options = {
    ...plainStart,
    headers: [header("Authorization", "Bearer 1"), header("X-Team")],
    proxy: { server: "http://p:1", username: "me", password: "pw", bypass: null },
  };
  expect(leftOut(options)).toContain("the proxy's password, Authorization");
  expect(leftOut(plainStart)).toBeNull();
  const settings = withPreset(defaultSettings, " Fast ", options);
  expect(settings.presets).toEqual([{ name: "Fast", options: withoutSecrets(options) }]);
  expect(JSON.stringify(settings)).not.toMatch(/Bearer|"pw"/);
  expect(withPreset(settings, "Fast", plainStart).presets).toEqual([{ name: "Fast", options: plainStart }]);
  expect(withoutPreset(settings, "Fast").presets).toEqual([]);
  expect([nameProblem(" ", settings), nameProblem("x".repeat(61), settings)]).not.toContain(null);
});

it("the price of time is said for the minute, and for the hour when nothing ends it", () => {
  const credits = { minutePrice: 0.1 } as Parameters<typeof timePriceWords>[0];
  expect(timePriceWords(credits, false)).toBe("Costs 0.1 credits each started minute.");
  expect(timePriceWords(credits, true)).toContain("6 credits an hour");
  expect(timePriceWords(null, true)).toContain("does not say");
});
