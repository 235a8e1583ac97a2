// Playwright's trace viewer with a trace of many actions: makes the trace, serves the viewer that its package holds,
// opens it some times and moves over its time line. Answers one line: the milliseconds of each opening, until the last
// action is listed, and those between frames.
import { createRequire } from "node:module";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const require = createRequire(path.join(process.env.NOTEX_PEERS, "x.js"));
const { chromium } = require("playwright-core");
const [browserPath, file, actions, times, ms] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: browserPath });

const shop = `<h1>Shop</h1><p id="n">0</p><ul>${Array.from(
  { length: 60 },
  (_, i) => `<li><a href="#${i}">Product ${i}</a> <button>Add to cart</button></li>`,
).join("")}</ul><script>
  let n = 0;
  onclick = () => {
    document.querySelector("#n").textContent = ++n;
    document.body.style.background = "hsl(" + (n % 360) + " 60% 90%)";
  };
</script>`;
if (!fs.existsSync(file)) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  await context.tracing.start({ screenshots: true, snapshots: true });
  const page = await context.newPage();
  await page.setContent(shop);
  for (let i = 0; i < Number(actions); i++) await page.mouse.click(40, 40 + (i % 300));
  await context.tracing.stop({ path: file });
  await context.close();
}

const viewer = path.join(path.dirname(require.resolve("playwright-core/package.json")), "lib/vite/traceViewer");
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://x");
  const wanted = pathname === "/trace.zip" ? file : path.join(viewer, pathname);
  fs.readFile(wanted, (error, bytes) => {
    response.writeHead(error ? 404 : 200, {
      "content-type": types[path.extname(wanted)] ?? "application/octet-stream",
    });
    response.end(bytes);
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://localhost:${server.address().port}`;

const opened = [];
let between = [];
for (let i = 0; i < Number(times); i++) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const begun = performance.now();
  await page.goto(`${origin}/index.html?trace=${origin}/trace.zip`);
  await page.waitForSelector("[role=treeitem]", { timeout: 120_000 });
  opened.push(performance.now() - begun);
  if (i === Number(times) - 1)
    between = await page.evaluate(
      (ms) =>
        new Promise((done) => {
          const line = document.querySelector(".timeline-view");
          const { left, top, width, height } = line.getBoundingClientRect();
          const between = [];
          let before = null;
          let began = null;
          const frame = (now) => {
            began ??= now;
            if (before !== null) between.push(now - before);
            before = now;
            const part = ((now - began) / 4000) % 2;
            const clientX = left + width * (part < 1 ? part : 2 - part);
            line.dispatchEvent(
              new MouseEvent("mousemove", { bubbles: true, clientX, clientY: top + height / 2 }),
            );
            if (now - began < ms) requestAnimationFrame(frame);
            else done(between);
          };
          requestAnimationFrame(frame);
        }),
      Number(ms),
    );
  await context.close();
}
console.log(JSON.stringify({ opened, between }));
server.close();
await browser.close();
