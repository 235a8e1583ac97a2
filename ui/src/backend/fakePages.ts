import type {
  Abilities,
  Action,
  CallKind,
  Field,
  ImageData,
  Observation,
  Scraped,
  SessionState,
  Settings,
  Snapshot,
  SpecialAction,
} from "./backend";

export const prices: Record<CallKind, number> = {
  start: 0,
  session_minute: 0.1,
  observe: 1.2,
  step: 1,
  scrape: 2,
  extend: 0,
  close: 0,
};

export const defaultSettings: Settings = {
  theme: "system",
  connection: "local",
  timeoutMinutes: 5,
  keepAlive: false,
  screenshot: true,
  presets: [],
  budgets: [],
  warnBeforeSeconds: 45,
  systemNotices: true,
  maxActions: 300,
  shortcuts: {},
  historyDays: 30,
  historyMegabytes: 2000,
  welcomed: true,
  zoomPercent: 100,
};

/** What most sessions of a scene share. */
export const quietSession = {
  screenshot: true,
  creditsEstimated: false,
  busy: null,
  lastCall: null,
  startedHere: false,
  tabs: [],
  latestEnd: null,
  viewportWidth: null,
  viewportHeight: null,
  locale: null,
  timezone: null,
  userAgent: null,
  proxied: false,
  sentBytes: 0,
  receivedBytes: 0,
  disagreement: null,
} satisfies Partial<SessionState>;

const everything: Abilities = {
  events: true,
  list: true,
  extend: true,
  live: true,
  takeOver: true,
  elements: true,
  usage: true,
  editRates: true,
  startOptions: true,
  tabs: true,
  scrapeOptions: true,
  instructions: true,
  files: true,
};

/** A healthy local engine without sessions. */
export function emptySnapshot(): Snapshot {
  return {
    connections: [
      {
        id: "local",
        name: "Local engine",
        local: true,
        baseUrl: "http://127.0.0.1:41873",
        light: "ready",
        failure: null,
        dialect: "notex",
        can: everything,
        retryAt: null,
        version: "0.1.0",
        browser: "Chromium 156.0.8078.79",
        latencyMs: 2.1,
        keyKept: "keychain",
        credits: {
          plan: "Local",
          allowed: 10_000,
          remaining: 7_412,
          periodEnd: "2026-12-01T00:00:00Z",
          today: 60.2,
          perMinute: 3.1,
          stepPrice: 1,
          observePrice: 1.2,
          scrapePrice: 2,
          tokensPrice: 0.3,
          minutePrice: 0.1,
        },
      },
    ],
    sessions: [],
    settings: defaultSettings,
    model: null,
    keychainProblem: null,
    notices: [],
    flowRuns: [],
    practiceUrl: "http://127.0.0.1:41900/",
    version: "0.1.0",
  };
}

type Box = [x: number, y: number, width: number, height: number];

/** An action of a page, with what most of them share filled in. */
export function actionOf(
  id: string,
  label: string,
  category: string,
  role: string,
  box: Box | null,
  more: Partial<Action> = {},
): Action {
  const verb = role === "link" ? "Open" : role === "textbox" ? "Fill" : "Click";
  return {
    id,
    description: `${verb} ${label}`,
    category,
    status: "valid",
    params: [],
    role,
    label,
    state: null,
    selector: { css: `main > ${role}[data-n="${id}"]`, xpath: null, role_name: `${role} "${label}"` },
    box: box && {
      x: box[0],
      y: box[1],
      width: box[2],
      height: box[3],
      iframe_offset_x: 0,
      iframe_offset_y: 0,
    },
    ...more,
  };
}

const value = [{ name: "value", type: "string", default: null, values: [] }];
const unchecked = { checked: false, expanded: null, value: null, required: false, options: [] };

const shopActions: Action[] = [
  actionOf("I1", "Search products", "Search", "textbox", [369, 118, 680, 66], {
    params: value,
    state: { ...unchecked, checked: null, value: "laptop 14 inch", required: true },
  }),
  actionOf("B3", "Search", "Search", "button", [1068, 116, 164, 66]),
  actionOf("B1", "In stock", "Filters", "checkbox", [36, 161, 146, 42], { state: unchecked }),
  actionOf("B2", "16 GB memory", "Filters", "checkbox", [36, 209, 200, 42], { state: unchecked }),
  actionOf("I2", "Sort by", "Filters", "combobox", [36, 268, 200, 40], {
    params: [{ name: "value", type: "string", default: null, values: ["price", "new"] }],
    state: {
      ...unchecked,
      checked: null,
      value: "price",
      options: [
        { value: "price", label: "Lowest price", selected: true },
        { value: "new", label: "Newest", selected: false },
      ],
    },
  }),
  actionOf("L1", "Deals", "Navigation", "link", [120, 18, 82, 42]),
  actionOf("L2", "Laptops", "Navigation", "link", [228, 18, 106, 42]),
  actionOf("L3", "Phones", "Navigation", "link", [358, 18, 92, 42]),
  actionOf("L9", "Sign in", "Navigation", "link", [1036, 18, 84, 42]),
  actionOf("L10", "Imprint", "Footer", "link", [36, 1820, 84, 32]),
];

const special = (
  id: SpecialAction["id"],
  description: string,
  params: SpecialAction["params"] = [],
): SpecialAction => ({
  id,
  description,
  category: "Special Browser Actions",
  params,
});

export const specialActions: SpecialAction[] = [
  special("S1", "Go to a URL", [{ name: "url", type: "string", default: null, values: [] }]),
  special("S2", "Scrape the page"),
  special("S3", "Take a screenshot"),
  special("S4", "Go back"),
  special("S5", "Go forward"),
  special("S6", "Refresh the page"),
  special("S7", "Wait", [{ name: "time_ms", type: "number", default: "1000", values: [] }]),
  special("S8", "Close the session"),
];

/** The shop's search page as an observe answers it. */
export function observationOf(
  session: string,
  call: number,
  url: string,
  before: Observation | null,
): Observation {
  return {
    session,
    call,
    at: new Date().toISOString(),
    title: "Search results — Laptops",
    url,
    description: "Search results for laptop with filters and three products",
    category: "search-results",
    viewport: {
      scroll_x: 0,
      scroll_y: 0,
      viewport_width: 1280,
      viewport_height: 800,
      total_width: 1280,
      total_height: 2400,
    },
    picture: "shop",
    actions: shopActions,
    totalActions: shopActions.length,
    partial: null,
    specialActions,
    newIds: before ? ["B3", "I2"] : [],
    gone: before ? [actionOf("L4", "Sale", "Navigation", "link", [0, 0, 10, 10])] : [],
    changedIds: [],
    before: null,
  };
}

const products: Record<string, unknown>[] = [
  { name: "Nova 14", price: 949, image: "http://shop.local/img/nova-14.jpg" },
  { name: "Aero 13", price: 1129, image: "http://shop.local/img/aero-13.jpg" },
  { name: "Terra 14s", price: 879, image: "http://shop.local/img/terra-14s.jpg" },
];

/** Products for the first field, of rows those parts that were asked for; nothing for the others. */
export function pickedPage(fields: Readonly<Record<string, Field | undefined>>): unknown {
  const [first, ...others] = Object.entries(fields);
  const columns = typeof first?.[1] === "object" ? Object.keys(first[1].fields ?? {}) : [];
  const asked = columns.length > 0 ? columns : ["name", "price"];
  const rows = products.map((one) => Object.fromEntries(asked.map((name) => [name, one[name] ?? null])));
  const errors = others.map(([field]) => ({ field, message: "nothing matches its selector" }));
  const data = {
    ...(first && { [first[0]]: rows }),
    ...Object.fromEntries(others.map(([name]) => [name, null])),
  };
  return { success: errors.length === 0, error: errors[0]?.message ?? null, data, errors };
}

/** What a scrape of the shop reads. */
export function markdownPage(
  withImages: boolean,
): Pick<Scraped, "markdown" | "images" | "structured" | "selector" | "reading"> {
  const images: ImageData[] = [
    { id: "F1", url: "http://shop.local/img/nova-14.jpg", category: "content_image", alt: "Nova 14, opened" },
    { id: "F2", url: "http://shop.local/img/aero-13.jpg", category: "content_image", alt: "Aero 13" },
    { id: "F3", url: "http://shop.local/img/cart.svg", category: "svg_icon", alt: null },
  ];
  return {
    structured: [],
    selector: null,
    reading: { scope: "main_content", found_by: "landmark", notes: [], cut_bytes: 0 },
    markdown: [
      "# Search results for “laptop”",
      "",
      "3 of 214 products, [lowest price](http://shop.local/search?sort=price) first.",
      "",
      "| Product | Memory | Price |",
      "| --- | --- | ---: |",
      "| Nova 14 | 16 GB | € 949 |",
      "| Aero 13 | 16 GB | € 1,129 |",
      "| Terra 14s | 32 GB | € 879 |",
      "",
      "![Nova 14, opened](http://shop.local/img/nova-14.jpg)",
      "",
      "## Delivery",
      "",
      "- Free over € 50",
      "- **Two days** to most places",
      "",
      "> Prices include tax.",
    ].join("\n"),
    images: withImages ? images : [],
  };
}
