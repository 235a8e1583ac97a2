import { tick } from "svelte";
import type { Part } from "./geometry";
import { nextZoom, type Zoom } from "./zoom";

const MARGIN = 24;
/** A wheel turned by less is the trembling of a hand, in pixels. */
const A_TURN = 24;

/** Scrolls a room so that a part of its stage is in sight. */
export function revealIn(room: HTMLElement, part: Part): void {
  const stage = room.firstElementChild;
  if (!(stage instanceof HTMLElement)) return;
  const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = stage;
  const along = (start: number, size: number, from: number, seen: number): number => {
    if (start - MARGIN < from) return Math.max(0, start - MARGIN);
    // What is larger than the room shows its beginning.
    return start + size + MARGIN > from + seen
      ? Math.min(start - MARGIN, start + size + MARGIN - seen)
      : from;
  };
  const left = offsetLeft - room.offsetLeft + part.left * offsetWidth;
  const top = offsetTop - room.offsetTop + part.top * offsetHeight;
  room.scrollTo({
    left: along(left, part.width * offsetWidth, room.scrollLeft, room.clientWidth),
    top: along(top, part.height * offsetHeight, room.scrollTop, room.clientHeight),
  });
}

/** Ctrl and the wheel zoom, and the point under the mouse stays there. */
export function zoomingAt(scale: () => number, onzoom: (zoom: Zoom) => void) {
  return (room: HTMLElement) => {
    let turned = 0;
    const onwheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      turned += event.deltaY;
      if (Math.abs(turned) < A_TURN) return;
      const stage = room.firstElementChild;
      if (!stage) return;
      const before = stage.getBoundingClientRect();
      const x = (event.clientX - before.left) / before.width;
      const y = (event.clientY - before.top) / before.height;
      onzoom(nextZoom(scale(), turned < 0 ? "in" : "out"));
      turned = 0;
      void tick().then(() => {
        const after = stage.getBoundingClientRect();
        room.scrollBy(
          after.left + x * after.width - event.clientX,
          after.top + y * after.height - event.clientY,
        );
      });
    };
    room.addEventListener("wheel", onwheel, { passive: false });
    return () => room.removeEventListener("wheel", onwheel);
  };
}

/** The zoomed page moves with the hand: with the middle button anywhere, with the first where nothing else takes it. */
export function dragging(movable: () => boolean) {
  return (room: HTMLElement) => {
    let from: { x: number; y: number; left: number; top: number } | null = null;
    const free = (target: EventTarget | null) =>
      target instanceof Element &&
      target.closest("button, textarea, input, [role=menu], [data-takes-mouse]") === null;
    const ondown = (event: PointerEvent) => {
      if (!movable() || !(event.button === 1 || (event.button === 0 && free(event.target)))) return;
      if (event.target instanceof Element && event.target.closest("[data-takes-mouse]")) return;
      from = { x: event.clientX, y: event.clientY, left: room.scrollLeft, top: room.scrollTop };
      room.setPointerCapture(event.pointerId);
      event.preventDefault();
    };
    const onmove = (event: PointerEvent) => {
      if (!from) return;
      room.scrollTo({ left: from.left + from.x - event.clientX, top: from.top + from.y - event.clientY });
    };
    const onup = () => (from = null);
    room.addEventListener("pointerdown", ondown);
    room.addEventListener("pointermove", onmove);
    room.addEventListener("pointerup", onup);
    room.addEventListener("pointercancel", onup);
    return () => {
      room.removeEventListener("pointerdown", ondown);
      room.removeEventListener("pointermove", onmove);
      room.removeEventListener("pointerup", onup);
      room.removeEventListener("pointercancel", onup);
    };
  };
}
