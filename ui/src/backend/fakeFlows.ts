import type { Flow, FlowCall, FlowProblem, FlowRun, FlowSummary, RunPhase, StepRun } from "./backend";
import type { FakeBackend } from "./fake";
import { programOf } from "./fakeCode";

const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

const flow: Flow = {
  version: 1,
  name: "Buy tea",
  description: "Green tea, from the practice shop",
  parameters: [
    { name: "what", kind: "string", default: "green tea" },
    { name: "password", kind: "password", secret: true },
  ],
  start: {},
  steps: [
    { name: "Open shop.local", call: { type: "observe", url: "http://shop.local/" } },
    {
      name: "Fill Search",
      call: {
        type: "act",
        deed: "fill",
        value: "{{what}}",
        enter: true,
        element: {
          description: "Fill Search",
          role: "textbox",
          name: "Search",
          selectors: [
            { by: "role_name", value: 'textbox "Search"' },
            { by: "id", value: "#q" },
          ],
        },
      },
    },
    {
      name: "Click Add to cart",
      call: {
        type: "act",
        deed: "click",
        element: {
          description: "Click Add to cart",
          role: "button",
          name: "Add to cart",
          selectors: [{ by: "test_id", value: '[data-testid="add"]' }],
        },
      },
      retries: 2,
    },
    {
      name: "Read the main content",
      call: { type: "scrape", only_main_content: true, images: false, links: true },
      on_failure: "go_on",
    },
  ],
};

/** What a scrape of the shop is asked for, with rows in which some hold more than one value. */
export const rowsOfTeas: FlowCall = {
  ...{ type: "scrape", only_main_content: false, images: false, links: true, selector: "#results" },
  extract: {
    fields: {
      teas: {
        ...{ selector: "li.tea", list: true },
        fields: {
          name: "h3",
          price: ".price",
          link: { selector: "h3 > a", attribute: "href", list: false },
          tags: { selector: ".tags > i", list: true },
        },
      },
      heading: "h1",
    },
    ...{ auto: false, embedded: false },
  },
  response_format: {
    type: "object",
    properties: {
      teas: { type: "array", items: { type: "object", properties: { price: { type: ["number", "null"] } } } },
    },
  },
};

const summary = (file: string, name: string, change: Partial<FlowSummary> = {}): FlowSummary => ({
  file: `${file}.flow.json`,
  name,
  description: "",
  steps: 4,
  changedAt: at(-3600),
  problem: null,
  lastRun: null,
  ...change,
});

function step(place: number, change: Partial<StepRun> = {}): StepRun {
  return {
    place,
    name: flow.steps[place]?.name ?? "",
    status: "done",
    attempts: 1,
    calls: [place + 2],
    started_at: at(-20),
    took_ms: 180 + place * 90,
    url: "http://shop.local/",
    title: "Shop",
    credits: 1,
    ...change,
  };
}

/** A run of the flow that was healed in its second step and failed in its third. */
export function flowRun(phase: RunPhase): FlowRun {
  const over = phase.type === "over";
  const healed = step(1, {
    matched: {
      by: { by: "id", value: "#q" },
      description: "Fill Find",
      healed: true,
      tried: ['role and name textbox "Search" matches nothing on the page'],
      selectors: [{ by: "role_name", value: 'textbox "Find"' }],
    },
  });
  const failed = step(2, {
    status: "failed",
    attempts: 3,
    failure: {
      code: "action_impossible",
      message: "B3 is covered by div.cookie-banner.",
      hint: "Observe the page again to see what can be done now.",
    },
  });
  return {
    id: 1,
    file: "buy-tea.flow.json",
    connection: "local",
    phase,
    budget: 10,
    stepsInAll: 4,
    run: {
      version: 1,
      flow: flow.name,
      connection: "Local engine",
      session: "s-7f3a",
      parameters: { what: "green tea" },
      from: 0,
      started_at: at(-30),
      ended_at: at(-5),
      outcome: over ? "failed" : "done",
      credits: 4.3,
      credits_estimated: false,
      steps: over ? [step(0), healed, failed] : [step(0), healed],
    },
  };
}

/** The part of the hub's word on a flow that the screens here need. */
function problemOf({ steps }: Flow): FlowProblem | null {
  const nameless = steps.findIndex(({ name }) => name.trim() === "");
  if (nameless >= 0) return { field: `steps[${nameless}].name`, why: "must not be empty" };
  const patient = steps.findIndex(({ retries = 0 }) => !Number.isInteger(retries) || retries > 10);
  return patient >= 0 ? { field: `steps[${patient}].retries`, why: "must be from 0 to 10" } : null;
}

/** Flows that are kept. */
export function flowsScene(fake: FakeBackend, reads?: FlowCall): void {
  const flows = [
    summary("buy-tea", flow.name, {
      description: flow.description ?? "",
      lastRun: {
        file: "buy-tea/1.run.json",
        startedAt: at(-86_400),
        outcome: "done",
        done: 4,
        credits: 5.2,
        connection: "Local engine",
      },
    }),
    summary("from-tomorrow", "from-tomorrow", {
      steps: 0,
      problem: "This flow has version 7, and this program reads up to version 1; a newer one reads it.",
    }),
    summary("price-watch", "Price watch", { steps: 12 }),
  ];
  fake.onQuery("flows", () => ({ type: "flows", value: flows }));
  let kept = reads
    ? {
        ...flow,
        steps: flow.steps.map((step) => (step.call.type === "scrape" ? { ...step, call: reads } : step)),
      }
    : flow;
  fake.onQuery("flow", () => ({ type: "flow", value: kept }));
  const leftOut = ["Call 2 asked for nothing that can be made again."];
  fake.onQuery("made_flow", () => ({ type: "made_flow", value: { flow, leftOut } }));
  fake.onQuery("flow_code", (query) => {
    if (query.type !== "flow_code") throw new Error("it is asked for a program");
    return { type: "flow_code", value: programOf(kept, query.of, query.language) };
  });
  fake.onQuery("flow_problem", (query) => ({
    type: "flow_problem",
    value: query.type === "flow_problem" ? problemOf(JSON.parse(query.text) as Flow) : null,
  }));
  fake.on("flow", (command) => {
    if (command.type !== "flow") return fake.obey(command);
    const { deed } = command;
    if (deed.type !== "save") return fake.obey(command);
    kept = deed.flow;
    return { ...fake.obey(command), flow: deed.file ?? "buy-tea.flow.json" };
  });
}
