export type Shortcut = "new_session" | "address" | "observe" | "step" | "scrape" | "run";

type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Whether the keyboard is a Mac's. */
export const isMac = typeof navigator !== "undefined" && /Mac/.test(navigator.platform);

const byKey: Record<string, Shortcut> = {
  n: "new_session",
  l: "address",
  "1": "observe",
  "2": "step",
  "3": "scrape",
  enter: "run",
};

/** What a key press asks for. Alt-N too, because browsers keep Ctrl-N for themselves. */
export function shortcutOf(keys: Keys, mac = isMac): Shortcut | null {
  const key = keys.key.toLowerCase();
  if (keys.shiftKey) return null;
  if (keys.altKey) return key === "n" && !keys.ctrlKey && !keys.metaKey ? "new_session" : null;
  if (mac ? !keys.metaKey || keys.ctrlKey : !keys.ctrlKey || keys.metaKey) return null;
  return byKey[key] ?? null;
}

/** The keys of a shortcut as the person's keyboard has them. */
export function keysOf(shortcut: Shortcut, inBrowser = false, mac = isMac): string {
  const words: Record<Shortcut, string> = {
    new_session: "N",
    address: "L",
    observe: "1",
    step: "2",
    scrape: "3",
    run: "⏎",
  };
  if (shortcut === "new_session" && inBrowser) return mac ? "⌥ N" : "Alt N";
  return `${mac ? "⌘" : "Ctrl"} ${words[shortcut]}`;
}

/** What each shortcut does, for the list in the settings. */
export const shortcutWords: Record<Shortcut, string> = {
  new_session: "New session",
  address: "Go to the address bar",
  observe: "Show the Observe panel",
  step: "Show the Step panel",
  scrape: "Show the Scrape panel",
  run: "Run what the shown panel is for",
};
