import type { Flow } from "../backend/backend";
import type { ScrapeWish } from "../page/scrapeWish";

/** A flow that was changed and not saved, and what it was changed from. */
export interface Draft {
  base: string;
  flow: Flow;
  /** What was typed into scrapes and is no part of a flow yet, by the places of the steps. */
  typed?: readonly (readonly [number, ScrapeWish])[];
}

const key = (file: string) => `notex.flow.${file}`;

/** The draft of a flow that this machine keeps. */
export function keptDraft(file: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(key(file)) ?? "null") as Draft | null;
    return draft && Array.isArray(draft.flow.steps) ? draft : null;
  } catch {
    return null;
  }
}

export function keepDraft(file: string, draft: Draft): void {
  try {
    localStorage.setItem(key(file), JSON.stringify(draft));
  } catch {
    // A forbidden or full memory costs the draft only when the window goes away.
  }
}

export function forgetDraft(file: string): void {
  try {
    localStorage.removeItem(key(file));
  } catch {
    // What cannot be remembered need not be forgotten.
  }
}

export const hasDraft = (file: string): boolean => keptDraft(file) !== null;
