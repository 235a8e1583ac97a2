import type { CodeLanguage, CodeOf, Flow, FlowCode } from "./backend";

const HEADS: Record<CodeLanguage, string> = {
  python: "from notte_sdk import NotteClient",
  python_classic: "from notte.sdk.client import NotteClient",
  typescript: 'import process from "node:process";',
  curl: "#!/bin/sh",
  playwright_python: "from playwright.sync_api import sync_playwright",
  playwright_typescript: 'import { chromium } from "playwright";',
  cli: "#!/bin/sh",
};

/** The outline of a program: what the hub writes is the hub's matter. */
export function programOf(flow: Flow, of: CodeOf, language: CodeLanguage): FlowCode {
  const script = language.endsWith("typescript");
  const ending = script ? "ts" : HEADS[language].startsWith("#!") ? "sh" : "py";
  const mark = script ? "//" : "#";
  const steps = flow.steps.map(
    ({ name }, place) => `${mark} ${place + 1}. ${name}\nstep(${place + 1}, "${name}")\n`,
  );
  const name = of.type === "calls" ? of.name : flow.name;
  return {
    text: [HEADS[language], `${mark} ${name}`, "", ...steps].join("\n"),
    leftOut: language.startsWith("playwright")
      ? ["Playwright has no markdown and finds no main content: the text of the page stands in its place."]
      : [],
    fileName: `${name.toLowerCase().replaceAll(" ", "-")}.${ending}`,
  };
}
