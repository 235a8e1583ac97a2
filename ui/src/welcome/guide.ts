import type { Call } from "../backend/backend";

/** A thing to do in the first minutes, and whether it was done. */
export interface GuideStep {
  words: string;
  /** What to do, said while it is the next one. */
  hint: string;
  done: boolean;
}

/** The first things a newcomer does in a session, in order. */
export function guideOf(calls: readonly Call[], chosenAction: string | null): GuideStep[] {
  const did = (kind: Call["kind"]) => calls.some((call) => call.kind === kind && call.status.type === "done");
  const stepped = did("step");
  return [
    {
      words: "Observe",
      hint: "The page is being opened and looked at.",
      done: did("observe"),
    },
    {
      words: "Choose an action",
      hint: "Click one of the boxes on the picture, or a line of the list.",
      done: stepped || chosenAction !== null,
    },
    {
      words: "Run the step",
      hint: "Type a value if it wants one, then run it. The price stands beside the button.",
      done: stepped,
    },
    {
      words: "Scrape",
      hint: "Open the Scrape panel and read the page as markdown or data.",
      done: did("scrape"),
    },
  ];
}
