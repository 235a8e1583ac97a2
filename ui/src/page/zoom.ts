/** How large the page is shown: as large as there is room for, or a scale. */
export type Zoom = "fit" | number;

const STEPS = [0.1, 0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.25, 1.5, 2, 3, 4];
const NEAR = 0.005;

export const LEAST_ZOOM = STEPS[0] ?? 0.1;
export const MOST_ZOOM = STEPS.at(-1) ?? 4;

/** The next larger or smaller scale that people have a name for. */
export function nextZoom(scale: number, by: "in" | "out"): number {
  return by === "in"
    ? (STEPS.find((step) => step > scale + NEAR) ?? MOST_ZOOM)
    : (STEPS.findLast((step) => step < scale - NEAR) ?? LEAST_ZOOM);
}

/** What a key on the page asks of the zoom. */
export function zoomOfKey(key: string, scale: number): Zoom | null {
  switch (key) {
    case "+":
    case "=":
      return nextZoom(scale, "in");
    case "-":
      return nextZoom(scale, "out");
    case "0":
      return "fit";
    case "1":
      return 1;
    default:
      return null;
  }
}
