/** Sizes of a viewport that people ask for, in CSS pixels. */
export const viewports = [
  { name: "laptop", label: "Laptop, 1280 × 800", width: 1280, height: 800 },
  { name: "desktop", label: "Desktop, 1440 × 900", width: 1440, height: 900 },
  { name: "full-hd", label: "Full HD, 1920 × 1080", width: 1920, height: 1080 },
  { name: "tablet", label: "Tablet, 820 × 1180", width: 820, height: 1180 },
  { name: "phone", label: "Phone, 390 × 844", width: 390, height: 844 },
] as const;

/** Left to the server. */
export const DEFAULT_VIEWPORT = "default";
/** Typed by the person. */
export const OWN_VIEWPORT = "own";

/** The name of a size. */
export function viewportName(width: number | null, height: number | null): string {
  if (width === null || height === null) return DEFAULT_VIEWPORT;
  return viewports.find((known) => known.width === width && known.height === height)?.name ?? OWN_VIEWPORT;
}

/** The sides of a named size as texts; null for a name that leaves them as they are. */
export function sidesOf(name: string): { width: string; height: string } | null {
  if (name === DEFAULT_VIEWPORT) return { width: "", height: "" };
  const known = viewports.find((size) => size.name === name);
  return known ? { width: String(known.width), height: String(known.height) } : null;
}
