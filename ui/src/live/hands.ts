import type { LiveInput } from "../backend/backend";
import type { Size } from "../page/geometry";

/** Keys that give the page back: pages have no use for them. */
export const LEAVE_KEYS = "Shift Esc";

type Held = Pick<KeyboardEvent, "altKey" | "ctrlKey" | "metaKey" | "shiftKey">;
type Key = Held & Pick<KeyboardEvent, "key" | "code" | "isComposing">;

export const leaves = ({ key, shiftKey }: Key): boolean => key === "Escape" && shiftKey;

/** Held keys as the browser's protocol has them: 1 alt, 2 control, 4 meta, 8 shift. */
export const modifiersOf = ({ altKey, ctrlKey, metaKey, shiftKey }: Held): number =>
  (altKey ? 1 : 0) + (ctrlKey ? 2 : 0) + (metaKey ? 4 : 0) + (shiftKey ? 8 : 0);

const ALT_AND_CONTROL = 3;

/** What a key press does on the page; null when it becomes a text by another way: composed, or pasted. */
export function keyInput(type: "key_down" | "key_up", event: Key, altGraph: boolean): LiveInput | null {
  const { key, code } = event;
  if (event.isComposing || key === "Process" || key === "Dead" || key === "Unidentified") return null;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && key.toLowerCase() === "v") return null;
  // AltGr makes a character; with alt and control beside it, the page would see a shortcut.
  const modifiers = altGraph ? modifiersOf(event) & ~ALT_AND_CONTROL : modifiersOf(event);
  return { type, key, code, modifiers };
}

/** Where on the page something is, in CSS pixels of its viewport, however large it is shown. */
export function placeOn(
  { clientX, clientY }: { clientX: number; clientY: number },
  shown: { left: number; top: number; width: number; height: number },
  viewport: Size,
): { x: number; y: number } {
  const along = (at: number, start: number, size: number, real: number) =>
    size > 0 ? Math.min(real - 1, Math.max(0, ((at - start) / size) * real)) : 0;
  const round = (n: number) => Math.round(n * 10) / 10;
  return {
    x: round(along(clientX, shown.left, shown.width, viewport.width)),
    y: round(along(clientY, shown.top, shown.height, viewport.height)),
  };
}

/** The name of a mouse's button; null for one that pages do not know. */
export const buttonName = (button: number) => (["left", "middle", "right"] as const)[button] ?? null;

const LINE_PX = 16;

/** How far a wheel was turned, in pixels. */
export function wheelPx(delta: number, mode: number, page: number): number {
  if (mode === 1) return delta * LINE_PX;
  return mode === 2 ? delta * page : delta;
}

const MOST_AT_ONCE = 20_000;

/** A text in parts that the page takes at once. */
export function textInputs(text: string): LiveInput[] {
  const characters = [...text.replace(/\r\n?/g, "\n")];
  const parts: LiveInput[] = [];
  for (let from = 0; from < characters.length; from += MOST_AT_ONCE)
    parts.push({ type: "text", text: characters.slice(from, from + MOST_AT_ONCE).join("") });
  return parts;
}
