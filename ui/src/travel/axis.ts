import type { Attachment } from "svelte/attachments";
import type { Call } from "../backend/backend";

/** Room on both sides of the axis, in CSS pixels: the first and the last tick can be hit. */
export const INSET = 10;

/** A place from 0 to 1 in CSS pixels of the axis. */
export const pixels = (place: number, width: number): number => INSET + place * (width - 2 * INSET);

/** Draws a tick for each call; those that failed taller and in their colour, over the others. One picture, however many
 * calls there are, and drawn only when they or the axis change. */
export function ticks(
  calls: readonly Call[],
  places: Float64Array,
  theme: string,
): Attachment<HTMLCanvasElement> {
  return (canvas) => {
    void theme;
    const draw = () => {
      const { clientWidth: width, clientHeight: height } = canvas;
      const context = width > 0 ? canvas.getContext("2d") : null;
      if (!context) return;
      const scale = window.devicePixelRatio;
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      context.scale(scale, scale);
      const look = getComputedStyle(canvas);
      context.fillStyle = look.getPropertyValue("--line-strong");
      context.fillRect(INSET, height - 5, width - 2 * INSET, 1);
      const tick = (i: number, top: number, colour: string) => {
        context.fillStyle = colour;
        context.fillRect(Math.round(pixels(places[i] ?? 0, width)), top, 1.5, height - 5 - top);
      };
      const [plain, bad] = [look.getPropertyValue("--text-3"), look.getPropertyValue("--bad")];
      calls.forEach(({ status }, i) => status.type !== "failed" && tick(i, 9, plain));
      calls.forEach(({ status }, i) => status.type === "failed" && tick(i, 3, bad));
    };
    const sizes = new ResizeObserver(draw);
    sizes.observe(canvas);
    draw();
    return () => sizes.disconnect();
  };
}

/** Hands on only the newest place of a frame, however often the pointer moves. */
export function oncePerFrame(tell: (place: number) => void): {
  tell: (place: number) => void;
  end: () => void;
} {
  let frame = 0;
  let newest = 0;
  return {
    tell: (place) => {
      newest = place;
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        tell(newest);
      });
    },
    end: () => {
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}
