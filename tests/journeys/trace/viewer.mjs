// Opens a trace in Playwright's own trace viewer, which its package holds, and answers one line: what is shown of each
// action, and what the tabs say. With a folder, pictures of it are put there.
import { createRequire } from "node:module";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const require = createRequire(path.join(process.env.NOTEX_PLAYWRIGHT, "x.js"));
const { chromium } = require("playwright-core");
const [executablePath, file, folder] = process.argv.slice(2);
const viewer = path.join(path.dirname(require.resolve("playwright-core/package.json")), "lib/vite/traceViewer");
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://x");
  const wanted = pathname === "/trace.zip" ? file : path.join(viewer, pathname);
  fs.readFile(wanted, (error, bytes) => {
    const type = types[path.extname(wanted)] ?? "application/octet-stream";
    response.writeHead(error ? 404 : 200, { "content-type": type });
    response.end(bytes);
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://localhost:${server.address().port}`;

const browser = await chromium.launch({ executablePath });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const wrong = [];
page.on("pageerror", (error) => wrong.push(String(error)));
await page.goto(`${origin}/index.html?trace=${origin}/trace.zip`);
const items = page.getByTestId("actions-tree").getByRole("treeitem");
await items.first().waitFor({ timeout: 60_000 });

const tab = async (name) => {
  await page.getByRole("tab", { name, exact: false }).first().click();
  return page.getByRole("tabpanel", { name, exact: false }).first().innerText();
};
const picture = (name) => folder && page.screenshot({ path: path.join(folder, `${name}.png`) });

const actions = [];
for (let i = 0; i < (await items.count()); i++) {
  await items.nth(i).click();
  const title = await items.nth(i).innerText();
  await page.getByRole("tab", { name: "After" }).click();
  const shown = page.frameLocator("iframe.snapshot-visible[name=snapshot]");
  const text = await shown.locator("body").innerText({ timeout: 10_000 }).catch(() => null);
  actions.push({ title, text, log: await tab("Log"), call: await tab("Call") });
  await picture(`action-${i + 1}`);
}
const film = await page.locator(".film-strip-frame").count();
const said = {};
for (const name of ["Errors", "Console", "Network", "Attachments"]) {
  said[name.toLowerCase()] = await tab(name);
  await picture(name.toLowerCase());
}
console.log(JSON.stringify({ actions, film, ...said, wrong }));
await browser.close();
server.close();
