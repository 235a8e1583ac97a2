import {
  asFailure,
  type Backend,
  type CellPlace,
  type Failure,
  type RowDiff,
  type TableDiff,
} from "../backend/backend";
import type { Comparison } from "./comparison.svelte";

export type Side = "before" | "after";

/** The sides that a row is on. */
export const sidesOf = ({ before, after }: RowDiff): Side[] => [
  ...(before === null ? [] : (["before"] as const)),
  ...(after === null ? [] : (["after"] as const)),
];

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";

/** What the cells of a row say on a side. */
export function textsOf(row: RowDiff, side: Side): string[] {
  return row.cells.map((is, column) =>
    textOf(side === "before" && Object.hasOwn(row.was, column) ? row.was[column] : is),
  );
}

/** Where the cell that is looked at was read. */
export class CellLook {
  side = $state<Side>("after");
  look = $state<"page" | "picture">("page");
  place = $state.raw<CellPlace | null>(null);
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  readonly #backend: Backend;
  #asked = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Asks where a cell was read, on the side that is looked at or the only one there is. */
  async read(comparison: Comparison, table: TableDiff, row: RowDiff, column: number): Promise<void> {
    const sides = sidesOf(row);
    const side = sides.includes(this.side) ? this.side : (sides[0] ?? "after");
    this.side = side;
    const calls = comparison.shownStep?.[side]?.calls ?? [];
    const of = comparison.choices.find(({ id }) => id === comparison[side])?.of;
    const session = comparison.diff?.[side].session ?? "";
    const texts = textsOf(row, side);
    const asked = ++this.#asked;
    this.busy = true;
    try {
      const answer = await this.#backend.query({
        type: "cell",
        of: of?.type === "past" ? { type: "past", key: of.session } : { type: "session", session },
        calls,
        cell: {
          table: table.name,
          row: table.once ? null : row[side],
          column: table.columns[column]?.name ?? "",
          text: texts[column] ?? "",
          beside: texts.filter((text, at) => at !== column && text !== ""),
        },
      });
      if (asked !== this.#asked || answer.type !== "cell") return;
      this.place = answer.value;
      this.failure = null;
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.place = null;
      this.failure = asFailure(thrown);
    } finally {
      if (asked === this.#asked) this.busy = false;
    }
  }
}

/** What has to be said of a place, in a sentence; null where all is there. */
export function placeNote(place: CellPlace | null, look: "page" | "picture"): string | null {
  if (!place) return "Nothing is kept of the call that read it.";
  if (look === "page") {
    if (!place.page)
      return place.pageMissing
        ? `The page was not kept: ${place.pageMissing}.`
        : "The page was not kept of this call.";
    if (!place.found) return "The element of this cell is not in the page that was kept.";
    if (place.found.by === "text") return "Found by what the cell says: another element may say the same.";
    return null;
  }
  if (!place.picture) return "No picture of this page was taken.";
  if (!place.found?.stands) return "Where it stood on the picture was not noted.";
  const of =
    place.pictureOf === place.call ? null : `The picture of call ${place.pictureOf ?? ""}, on the same page.`;
  const { x, y, width, height } = place.found.stands;
  const seen = x < place.viewportWidth && y < place.viewportHeight && x + width > 0 && y + height > 0;
  return seen ? of : "It stood outside of what the picture shows.";
}

/** The address of the page with the element shown and scrolled to. */
export function pageAddress(url: string, { found }: CellPlace): string {
  if (!found) return `${url}?page`;
  return `${url}?page&at=${found.at}#${encodeURIComponent(found.fragment ?? "notex-here")}`;
}
