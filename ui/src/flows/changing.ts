import type { FlowStep } from "../backend/backend";

/** The same with a part that is set, or left out where there is nothing to set. */
export function changed<Whole extends object, Key extends keyof Whole>(
  whole: Whole,
  key: Key,
  value: Whole[Key] | undefined,
): Whole {
  const { [key]: _before, ...rest } = whole;
  return (value === undefined ? rest : { ...rest, [key]: value }) as Whole;
}

/** Steps that can be put into a flow by hand; what works on an element is recorded. */
export const newSteps: readonly { label: string; step: FlowStep }[] = [
  { label: "Open an address", step: { name: "Open", call: { type: "goto", url: "https://" } } },
  { label: "Observe", step: { name: "Observe the page", call: { type: "observe" } } },
  {
    label: "Scrape",
    step: {
      name: "Read the page",
      call: { type: "scrape", only_main_content: true, images: false, links: true },
    },
  },
  { label: "Wait", step: { name: "Wait a second", call: { type: "wait", ms: 1000 } } },
  { label: "Reload", step: { name: "Reload", call: { type: "reload" } } },
  { label: "Go back", step: { name: "Back", call: { type: "back" } } },
];
