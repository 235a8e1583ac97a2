const ACROSS = 48;
const DOWN = 30;
/** How much a spot must differ, of 255. */
const DIFFERENT = 28;
/** Which share of the spots makes another picture: more than a caret or a pointed-at link. */
const MOVED = 0.015;

/** What a picture looks like from far away: one brightness for each of its spots. */
export type Glance = Uint8Array;

/** Whether two pictures show something else, or the same but for a caret. */
export function differ(one: Glance, other: Glance): boolean {
  let spots = 0;
  for (let i = 0; i < one.length; i++) if (Math.abs((one[i] ?? 0) - (other[i] ?? 0)) > DIFFERENT) spots++;
  return spots / Math.max(1, one.length) > MOVED;
}

let spare: CanvasRenderingContext2D | null = null;

/** Looks at a picture from far away; null where that is not possible. */
export function glanceAt(picture: CanvasImageSource): Glance | null {
  if (!spare) {
    const canvas = document.createElement("canvas");
    canvas.width = ACROSS;
    canvas.height = DOWN;
    spare = canvas.getContext("2d", { willReadFrequently: true });
  }
  if (!spare) return null;
  try {
    spare.imageSmoothingQuality = "medium";
    spare.drawImage(picture, 0, 0, ACROSS, DOWN);
    const { data } = spare.getImageData(0, 0, ACROSS, DOWN);
    return Uint8Array.from({ length: ACROSS * DOWN }, (_, i) => {
      const [r, g, b] = [data[4 * i] ?? 0, data[4 * i + 1] ?? 0, data[4 * i + 2] ?? 0];
      return 0.3 * r + 0.59 * g + 0.11 * b;
    });
  } catch {
    // A picture that may not be read, or none.
    return null;
  }
}

/** The glance of a picture at an address; null when it cannot be had. */
export async function glanceOf(url: string): Promise<Glance | null> {
  const picture = new Image();
  // In the window pictures come from another origin: unasked, they may be shown but not read.
  picture.crossOrigin = "anonymous";
  picture.src = url;
  try {
    await picture.decode();
    // Made smaller the same way as the frames it is compared with.
    const bitmap = await createImageBitmap(picture);
    const glance = glanceAt(bitmap);
    bitmap.close();
    return glance;
  } catch {
    return null;
  }
}

const LOOK_MS = 250;

/** Draws frames on a canvas. A frame that comes while another is unpacked replaces the one that waits. */
export class Painter {
  #canvas: HTMLCanvasElement | null = null;
  #next: Blob | null = null;
  #busy = false;
  #looked = 0;
  readonly #onglance: (glance: Glance) => void;
  readonly #onpainted: () => void;

  constructor(onpainted: () => void, onglance: (glance: Glance) => void) {
    this.#onpainted = onpainted;
    this.#onglance = onglance;
  }

  on(canvas: HTMLCanvasElement): () => void {
    this.#canvas = canvas;
    return () => (this.#canvas = null);
  }

  async paint(jpeg: Blob): Promise<void> {
    this.#next = jpeg;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#next) {
        const newest: Blob = this.#next;
        this.#next = null;
        // A broken frame is followed by a whole one.
        const bitmap = await createImageBitmap(newest).catch(() => null);
        if (bitmap) this.#draw(bitmap);
      }
    } finally {
      this.#busy = false;
    }
  }

  #draw(bitmap: ImageBitmap): void {
    const canvas = this.#canvas;
    if (canvas) {
      if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
      if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      this.#onpainted();
      const now = performance.now();
      // The last frame before it rests is looked at too: nothing waits then.
      if (now - this.#looked > LOOK_MS || !this.#next) {
        this.#looked = now;
        const glance = glanceAt(bitmap);
        if (glance) this.#onglance(glance);
      }
    }
    bitmap.close();
  }
}
