// Playwright as somebody would use it, driven by lines on stdin: each is answered with the milliseconds it took.
// The first answer is that of launch and page.
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";

const { chromium } = createRequire(path.join(process.env.NOTEX_PEERS, "x.js"))("playwright-core");
const viewport = { width: 1280, height: 720 };

async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

let browser, first, used, returned;
console.log(
  await timed(async () => {
    browser = await chromium.launch({ executablePath: process.argv[2], headless: true });
    first = await browser.newPage({ viewport });
  }),
);

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [word, url, value] = line.split(" ");
  if (word === "open-and-close") {
    let context;
    const took = await timed(async () => {
      context = await browser.newContext({ viewport });
      await context.newPage();
    });
    await context.close();
    console.log(took);
  } else if (word === "close-first-page") {
    console.log(await timed(() => first.close()));
  } else if (word === "goto") {
    console.log(await timed(() => first.goto(url, { waitUntil: "load" })));
  } else if (word === "snapshot") {
    console.log(await timed(() => first.locator("body").ariaSnapshot()));
  } else if (word === "open") {
    console.log(
      await timed(async () => {
        const page = await (await browser.newContext({ viewport })).newPage();
        await page.goto(url, { waitUntil: "load" });
        await page.locator("body").ariaSnapshot();
      }),
    );
  } else if (word === "use") {
    console.log(
      await timed(async () => {
        used = await (await browser.newContext({ viewport })).newPage();
        await used.goto(url, { waitUntil: "load" });
      }),
    );
  } else if (word === "click") {
    console.log(await timed(() => used.click(url)));
    returned = Date.now();
  } else if (word === "fill") {
    console.log(await timed(() => used.fill(url, value)));
  } else if (word === "select") {
    console.log(await timed(() => used.selectOption(url, { label: value })));
  } else if (word === "check") {
    console.log(await timed(() => used.setChecked(url, value === "true")));
  } else if (word === "reacted") {
    console.log(returned - (await used.evaluate(() => window.reacted)));
  } else {
    console.log(await timed(() => browser.close()));
    process.exit(0);
  }
}
