import type { FlowCall, FlowStep } from "../backend/backend";

/** Whether a parameter may be called so. */
export const isName = (name: string): boolean => /^[A-Za-z]\w{0,39}$/.test(name);

const placeholder = /\{\{\s*([A-Za-z]\w{0,39})\s*\}\}/g;

/** A call with each text that may hold placeholders changed. */
function withTexts(call: FlowCall, change: (text: string) => string): FlowCall {
  switch (call.type) {
    case "goto":
    case "open_tab":
      return { ...call, url: change(call.url) };
    case "observe":
      return call.url === undefined ? call : { ...call, url: change(call.url) };
    case "act":
      return call.value === undefined ? call : { ...call, value: change(call.value) };
    case "scrape":
      return call.instructions === undefined ? call : { ...call, instructions: change(call.instructions) };
    case "wait":
    case "switch_tab":
    case "back":
    case "forward":
    case "reload":
    case "close_tab":
      return call;
  }
}

/** The steps with a parameter called otherwise. */
export const renamedIn = (steps: readonly FlowStep[], from: string, to: string): FlowStep[] =>
  steps.map((step) => ({
    ...step,
    call: withTexts(step.call, (text) =>
      text.replace(placeholder, (all, name: string) => (name === from ? `{{${to}}}` : all)),
    ),
  }));

/** Whether a step uses a parameter. */
export function usesIn({ call }: FlowStep, name: string): boolean {
  let uses = false;
  withTexts(call, (text) => {
    for (const [, found] of text.matchAll(placeholder)) uses ||= found === name;
    return text;
  });
  return uses;
}
