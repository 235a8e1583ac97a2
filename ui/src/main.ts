import { mount, tick } from "svelte";
import App from "./App.svelte";
import { httpBackend } from "./backend/http";
import { tauriBackend } from "./backend/tauri";
import "./fonts.css";
import "./tokens.css";
import "./base.css";
import "./page/preview.css";
import { Inspector } from "./state/inspector.svelte";

function show(model: Inspector, inBrowser: boolean): void {
  const target = document.getElementById("app");
  if (target) mount(App, { target, props: { model, inBrowser } });
}

async function showScene(): Promise<void> {
  const { fakeBackend, fakeStart } = await import("./backend/fakeWindow");
  const search = new URLSearchParams(location.search);
  const model = new Inspector(await fakeBackend(search));
  show(model, search.has("browser"));
  await tick();
  fakeStart(search, model);
}

if ("__TAURI_INTERNALS__" in window) show(new Inspector(tauriBackend()), false);
else if (import.meta.env.DEV || import.meta.env.MODE === "fake") void showScene();
else show(new Inspector(httpBackend()), true);
