// Search the shop
//
// Looks for a laptop, orders the results,
// and reads what there is.
//
// Needs Node 20 or newer, and no package. Prints what it read as JSON.
// Reads NOTEX_API_URL and NOTEX_API_KEY from the environment.
// NOTEX_PARAM_SHOP may be set: where the shop is
// NOTEX_PARAM_WHAT may be set
// NOTEX_HEADER_AUTHORIZATION has to be set, and is a secret
// NOTEX_PROXY_PASSWORD has to be set, and is a secret
import process from "node:process";

type Read = { step: number; markdown: string | null; data: unknown; problem: string | null };
type Result = { flow: string; url: string; title: string; read: Read[]; failed: { step: number; why: string }[] };

/** What the environment says; without it there is nothing to do. */
function setting(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined) {
    console.error(`${name} is not set`);
    process.exit(1);
  }
  return value;
}

const url = setting("NOTEX_API_URL").replace(/\/+$/, "");
const key = setting("NOTEX_API_KEY");
const p = {
  shop: setting("NOTEX_PARAM_SHOP", "http://127.0.0.1:9/"),
  what: setting("NOTEX_PARAM_WHAT", "Nova \"14\" $HOME `id` {{x}} \\ é </script>"),
  _header_authorization: setting("NOTEX_HEADER_AUTHORIZATION"),
  _proxy_password: setting("NOTEX_PROXY_PASSWORD"),
};
const result: Result = { flow: "Search the shop", url: "", title: "", read: [], failed: [] };
let session = "";
let patience = 60_000;

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Answer = any;

/** Asks the server; the step that asks has its deadline. */
async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const headers: Record<string, string> = { Authorization: `Bearer ${key}` };
  const sent = body instanceof FormData ? body : body && JSON.stringify(body);
  if (typeof sent === "string") headers["Content-Type"] = "application/json";
  const answer = await fetch(url + path, { method, headers, body: sent, signal: AbortSignal.timeout(patience) });
  const told = await answer.text();
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${told}`);
  return JSON.parse(told);
}

async function execute(action: object): Promise<void> {
  const done = await ask("POST", `${session}/page/execute`, action);
  if (!done.success) throw new Error(done.message);
}

type Options = { retries?: number; deadline?: number; goesOn?: boolean };

/** Does a step, again when it failed and may be tried again. */
async function step(number: number, does: () => Promise<unknown>, options: Options = {}): Promise<void> {
  for (let left = options.retries ?? 0; ; left -= 1) {
    patience = (options.deadline ?? 60) * 1000;
    try {
      await does();
      return;
    } catch (failure) {
      const why = failure instanceof Error ? failure.message : String(failure);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, 500));
      else if (options.goesOn) return void result.failed.push({ step: number, why });
      else throw new Error(`step ${number} failed: ${why}`);
    }
  }
}

/** Acts on the element that the first of these ways finds. */
async function act(ways: string[], action: object): Promise<void> {
  const missed: string[] = [];
  for (const selector of ways) {
    const body = { ...action, selector, timeout: missed.length ? 500 : 3000 };
    const done = await ask("POST", `${session}/page/execute`, body);
    if (done.success) return;
    missed.push(`${selector}: ${done.message}`);
    if (!/nothing|no element|not found|cannot be seen|exactly one/.test(done.message)) break;
  }
  throw new Error(missed.join("; "));
}

/** Reads the page. */
async function scrape(number: number, body: object): Promise<void> {
  const page = await ask("POST", `${session}/page/scrape`, body);
  const { data = null, error: problem = null } = page.structured ?? {};
  result.read.push({ step: number, markdown: page.markdown, data, problem });
}

const started = await ask("POST", "/sessions/start", {
  idle_timeout_minutes: 3,
  extra_http_headers: { "Accept-Language": "en", Authorization: p._header_authorization },
  proxies: [{ password: p._proxy_password, server: "http://proxy:1", type: "external", username: "u" }],
  viewport_height: 700,
  viewport_width: 1000,
});
session = `/sessions/${encodeURIComponent(started.session_id)}`;
const stop = () => ask("DELETE", `${session}/stop`);
process.once("SIGINT", () => void stop().finally(() => process.exit(130)));
process.once("SIGTERM", () => void stop().finally(() => process.exit(143)));
try {
  // 1. Open the shop
  await step(1, () => execute({ type: "goto", url: p.shop + "search?q=none" }), { retries: 2 });

  // 2. Fill Search products and press enter
  await step(2, () => act([
    "role=searchbox[name=\"Search products\"]",
    "css=form.search > input",
    "xpath=html/body/main/section/form/input",
  ], { type: "fill", value: p.what, press_enter: true }));

  // 3. Tick In stock
  await step(3, () => act(["css=[name=stock]"], { type: "check", value: true }), { deadline: 20, goesOn: true });

  // 4. Choose Sort by
  await step(4, () => act(["css=#sort"], { type: "select_dropdown_option", value: "Price" }));

  // 5. Read rows
  await step(5, () => scrape(5, {
    only_main_content: true,
    scrape_links: true,
    scrape_images: false,
    extract: {
      fields: {
        heading: "h1",
        products: {
          fields: { name: "strong", old: ".old", price: ".price" },
          list: true,
          selector: "ul.products > li",
        },
      },
    },
    response_format: {
      properties: {
        products: {
          items: {
            properties: { name: { type: "string" }, old: { type: "number" }, price: { type: "number" } },
            type: "object",
          },
          type: "array",
        },
      },
    },
  }));

  // 6. Read the main content
  await step(6, () => scrape(6, { only_main_content: true, scrape_links: false, scrape_images: false, selector: "main" }));

  // 7. Wait
  await step(7, () => execute({ type: "wait", time_ms: 100 }));

  // 8. Open a tab
  await step(8, () => execute({ type: "goto_new_tab", url: p.shop + "deals" }));

  // 9. Close the tab in front
  await step(9, () => execute({ type: "close_tab" }));

  // Where it ended
  const page = await ask("POST", `${session}/page/observe`, { max_nb_actions: 1 });
  Object.assign(result, { url: page.metadata.url, title: page.metadata.title });
} finally {
  await stop();
}
console.log(JSON.stringify(result, null, 2));
