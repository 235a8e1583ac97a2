/** The limits of a pane, in CSS pixels. */
interface Pane {
  start: number;
  least: number;
  most: number;
}

const panes = {
  list: { start: 296, least: 220, most: 480 },
  panel: { start: 404, least: 320, most: 640 },
  /** The drawer when a narrow window shows a panel in it. */
  tall: { start: 292, least: 160, most: 800 },
  drawer: { start: 212, least: 96, most: 640 },
} satisfies Record<string, Pane>;

export type PaneName = keyof typeof panes;

const KEY = "notex.panes";

/** How wide or high the panes are; remembered on this machine. */
export class Panes {
  sizes = $state<Record<PaneName, number>>({
    list: panes.list.start,
    panel: panes.panel.start,
    drawer: panes.drawer.start,
    tall: panes.tall.start,
  });

  constructor() {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
      if (typeof kept !== "object" || kept === null) return;
      for (const [name, size] of Object.entries(kept)) {
        if (name in panes && typeof size === "number") this.#set(name as PaneName, size);
      }
    } catch {
      // A broken or forbidden memory only costs the sizes.
    }
  }

  resize(name: PaneName, size: number): void {
    this.#set(name, size);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.sizes));
    } catch {
      // As above.
    }
  }

  limits(name: PaneName): Pane {
    return panes[name];
  }

  #set(name: PaneName, size: number): void {
    const { least, most } = panes[name];
    this.sizes[name] = Math.min(most, Math.max(least, Math.round(size)));
  }
}
