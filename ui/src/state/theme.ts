import type { Theme } from "../backend/backend";

const KEY = "notex.theme";

/** The look to show: what the person set, else what the system says. Remembered, so that the next start does not flash. */
export function themeOf(setting: Theme | null, systemIsLight: boolean): "dark" | "light" {
  let theme = setting;
  try {
    if (theme === null) theme = localStorage.getItem(KEY) as Theme | null;
    else localStorage.setItem(KEY, theme);
  } catch {
    // A forbidden memory only costs the flash.
  }
  if (theme === "dark" || theme === "light") return theme;
  return systemIsLight ? "light" : "dark";
}
