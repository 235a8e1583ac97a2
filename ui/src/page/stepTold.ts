import type { Call } from "../backend/backend";

/** What a step changed besides the actions of the page, of a server that tells it. */
export interface StepTold {
  /** What was done otherwise than asked. */
  remark?: string | null;
  dialogs?: { kind: string; text: string; answer: string; entered?: string | null }[];
  downloads?: { name: string; bytes: number; failure?: string | null }[];
  tabs_opened?: { title: string; url: string }[];
  tabs_closed?: { title: string; url: string }[];
  /** How many changes of actions are not listed. */
  unlisted?: number;
}

/** What the server told of a step; null when it told nothing. */
export const toldBy = (call: Call & { changes?: StepTold | null }): StepTold | null => call.changes ?? null;
