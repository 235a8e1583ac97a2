import type { Failure, LiveInput, LiveNews } from "./backend";

/** What the shell tells a live picture beside its frames, which are bytes. */
export type Told = { news: LiveNews } | { end: Failure | null };
/** What a live picture says to the shell. */
export type ViewerSays = "shown" | { act: LiveInput };

export const jpeg = (bytes: ArrayBuffer) => new Blob([bytes], { type: "image/jpeg" });

/** Calls back when what was just handed to the page has been painted, or soon in a window that is not shown. */
export function afterPaint(then: () => void) {
  let done = false;
  const once = () => {
    if (!done) then();
    done = true;
  };
  requestAnimationFrame(() => requestAnimationFrame(once));
  setTimeout(once, 500);
}
