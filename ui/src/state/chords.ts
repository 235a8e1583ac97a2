/** Keys held and pressed at once, as settings keep them: `Mod+Shift+K`. `Mod` is Cmd on a Mac, else Ctrl. */
export type Chord = string;

export type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"> & {
  code?: string;
};

/** Whether the keyboard is a Mac's. */
export const isMac = typeof navigator !== "undefined" && /Mac/.test(navigator.platform);

const heldAlone = ["Control", "Shift", "Alt", "Meta", "AltGraph", "OS", "Dead", "Process", "Unidentified"];

/** What is pressed; null while only keys like Shift are. */
export function chordOf(keys: Keys, mac = isMac): Chord | null {
  if (heldAlone.includes(keys.key)) return null;
  const mod = mac ? keys.metaKey : keys.ctrlKey;
  const other = mac ? keys.ctrlKey : keys.metaKey;
  const parts: string[] = [];
  if (mod) parts.push("Mod");
  if (other) parts.push(mac ? "Ctrl" : "Meta");
  if (keys.altKey) parts.push("Alt");
  if (keys.shiftKey) parts.push("Shift");
  return [...parts, nameOf(keys)].join("+");
}

// With Alt or Shift a key writes another character, so letters and digits go by their place.
function nameOf({ key, code = "", altKey, shiftKey }: Keys): string {
  const place = altKey || shiftKey ? /^(?:Key([A-Z])|Digit(\d))$/.exec(code) : null;
  if (place) return place[1] ?? place[2] ?? key;
  if (key === " ") return "Space";
  if (key === "+") return "Plus";
  return key.length === 1 ? key.toUpperCase() : key;
}

const signs: Record<string, string> = {
  Enter: "⏎",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Backspace: "⌫",
  Escape: "Esc",
  Plus: "+",
};
const macSigns: Record<string, string> = { Mod: "⌘", Alt: "⌥", Shift: "⇧", Ctrl: "⌃" };

/** The chord as the person's keyboard has it: `Ctrl K`, `⌘ K`. */
export function chordText(chord: Chord, mac = isMac): string {
  return chord
    .split("+")
    .map((part) => (mac ? macSigns[part] : part === "Mod" ? "Ctrl" : undefined) ?? signs[part] ?? part)
    .join(" ");
}

/** The chord as `aria-keyshortcuts` wants it. */
export const ariaKeys = (chord: Chord, mac = isMac): string | undefined =>
  chord.replace("Mod", mac ? "Meta" : "Control") || undefined;

const takenByBrowsers = ["Mod+N", "Mod+T", "Mod+W", "Mod+Shift+N", "Mod+Shift+T", "Mod+Shift+W", "Mod+Tab"];

/** Why a chord cannot be the keys of a command, in a sentence. */
export function chordProblem(chord: Chord, inBrowser: boolean): string | null {
  const parts = chord.split("+");
  const key = parts.at(-1) ?? "";
  const works = /^F\d{1,2}$/.test(key) || parts.some((part) => ["Mod", "Alt", "Ctrl", "Meta"].includes(part));
  if (!works) return "Hold Ctrl, Cmd or Alt as well: a plain key is needed for typing.";
  if (["Tab", "Escape"].includes(key)) return "Tab and Esc move through the window itself.";
  if (inBrowser && takenByBrowsers.includes(chord))
    return "Browsers keep these keys for themselves; they work in the window only.";
  return null;
}
