// Opens a page in Chromium with every request answered from a HAR, and with none that it does not hold. Answers one line:
// what the page shows, and the requests that were not in it.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.NOTEX_PLAYWRIGHT, "x.js"));
const { chromium } = require("playwright");
const [executablePath, har, url] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath });
const context = await browser.newContext();
await context.routeFromHAR(har, { notFound: "abort" });
const page = await context.newPage();
const missed = [];
page.on("requestfailed", (request) => missed.push(request.url()));
const answer = await page.goto(url, { waitUntil: "load" });
console.log(
  JSON.stringify({
    status: answer?.status(),
    title: await page.title(),
    heading: await page.locator("h1").first().textContent(),
    missed,
  }),
);
await browser.close();
