/** A piece of a markdown that can be drawn or read without being felt. */
export interface Part {
  /** Markdown by itself: what it continues is opened again, what it leaves open is closed. */
  text: string;
  /** What the part before left open. */
  continues: "table" | "code" | null;
  /** So many of its letters open again what the part before left open. */
  lead: number;
  /** Where it ends in the whole, in characters. */
  end: number;
}

/** What a part may hold, in letters; a mark counts as many of them, since it becomes an element. */
const MOST = 24_000;
const MARK = 24;
const MARKS = new Set([..."[]*_`<>|~!\\#"].map((mark) => mark.charCodeAt(0)));
const FENCE = /^[\s>]*(`{3,}|~{3,})/;
/** A head that is longer stands only where the table begins. */
const LONGEST_HEAD = 2_000;

interface Open {
  what: "table" | "code";
  /** Opens it again. */
  again: string;
}

/** Cuts a markdown where it can be cut: between blocks, or between lines, or in a line that is too long. */
export function* partsOf(markdown: string): Generator<Part, void, undefined> {
  let open: Open | null = null;
  for (let start = 0; start < markdown.length;) {
    const before: Open | null = open;
    const part = nextPart(markdown, start, before);
    open = part.open;
    const close = open?.what === "code" ? closing(open.again, markdown.charAt(part.end - 1)) : "";
    yield {
      text: (before?.again ?? "") + markdown.slice(start, part.end) + close,
      continues: before?.what ?? null,
      lead: before?.again.length ?? 0,
      end: part.end,
    };
    start = part.end;
  }
}

function nextPart(markdown: string, start: number, open: Open | null): { end: number; open: Open | null } {
  let work = 0;
  // Between two blocks, or at least where no list or table goes on.
  let between = start;
  let apart = start;
  for (let at = start; at < markdown.length;) {
    const found = markdown.indexOf("\n", at);
    const next = found < 0 ? markdown.length : found + 1;
    const fits = lettersOf(markdown, at, next, MOST - work);
    if (fits < next - at) {
      const best = [between, apart].find((place) => place - start > (at - start) / 2);
      if (best !== undefined) return { end: best, open: null };
      return { end: at > start ? at : at + Math.max(1, fits), open };
    }
    work += costOf(markdown, at, next);
    const line = markdown.slice(at, Math.min(next, at + LONGEST_HEAD));
    open = openAfter(open, line, markdown, next);
    at = next;
    if (open === null && !/^\s/.test(markdown.charAt(at))) {
      apart = at;
      if (line.trim() === "") between = at;
    }
  }
  return { end: markdown.length, open: null };
}

/** What is open after a line. */
function openAfter(open: Open | null, line: string, markdown: string, next: number): Open | null {
  const fence = FENCE.exec(line)?.[1];
  if (open?.what === "code") return fence && closes(fence, fenceOf(open.again), line) ? null : open;
  if (fence) return { what: "code", again: line.trimEnd() + "\n" };
  if (!line.trimStart().startsWith("|")) return null;
  if (open) return open;
  const rule = markdown.slice(next, next + LONGEST_HEAD).split("\n", 1)[0] ?? "";
  const head = /^[\s|:-]+$/.test(rule) && line.endsWith("\n") && rule.length < LONGEST_HEAD;
  return head ? { what: "table", again: `${line}${rule}\n` } : null;
}

/** Ends the code that a line opened, in the quote that it stands in. */
function closing(opening: string, last: string): string {
  const fence = fenceOf(opening);
  return (last === "\n" ? "" : "\n") + opening.slice(0, opening.indexOf(fence)) + fence;
}

const fenceOf = (opening: string): string => FENCE.exec(opening)?.[1] ?? "```";
const closes = (fence: string, opening: string, line: string): boolean =>
  fence.startsWith(opening) && line.replace(/^[\s>]+/, "").trim() === fence;

/** How many letters from a place on cost no more than this; between the halves of a character none is cut. */
function lettersOf(text: string, from: number, to: number, most: number): number {
  const pricing = prices();
  for (let at = from, cost = 0; at < to; at += 1) {
    cost += pricing(text.charCodeAt(at));
    if (cost > most) {
      const half = /[\uDC00-\uDFFF]/.test(text.charAt(at)) && at > from + 1;
      return at - from - (half ? 1 : 0);
    }
  }
  return to - from;
}

function costOf(text: string, from: number, to: number): number {
  const pricing = prices();
  let cost = 0;
  for (let at = from; at < to; at += 1) cost += pricing(text.charCodeAt(at));
  return cost;
}

const QUOTE = 62;
const SPACE = 32;

/** What each letter of a line costs; a quote is read again for each quote around it. */
function prices(): (letter: number) => number {
  let quotes = 0;
  return (letter) => {
    if (letter === QUOTE) quotes += 1;
    else if (letter !== SPACE) quotes = 0;
    return MARKS.has(letter) ? 1 + MARK + 4 * quotes : 1;
  };
}

/** So long a piece of work may take before the window is let go, in milliseconds. */
const TURN_MS = 12;

/** Works through something bit by bit; the window is answered in between. Ends early when it is stopped. */
export async function inTurns<T>(
  work: Iterable<T>,
  each: (one: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  let begun = performance.now();
  for (const one of work) {
    each(one);
    if (performance.now() - begun > TURN_MS) {
      await new Promise((go) => setTimeout(go));
      begun = performance.now();
    }
    if (signal?.aborted) return;
  }
}
