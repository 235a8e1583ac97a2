import { mount, tick } from "svelte";
import App from "./App.svelte";
import { httpBackend } from "./backend/http";
import { tauriBackend } from "./backend/tauri";
import "./fonts.css";
import "./tokens.css";
import "./base.css";
import "./page/preview.css";
import { Frame } from "./state/frame.svelte";
import { Inspector } from "./state/inspector.svelte";

function show(model: Inspector, frame = new Frame()): void {
  const target = document.getElementById("app");
  if (target) mount(App, { target, props: { model, frame } });
}

async function showScene(): Promise<void> {
  const { fakeBackend, fakeStart } = await import("./backend/fakeWindow");
  const search = new URLSearchParams(location.search);
  const model = new Inspector(await fakeBackend(search), search.has("browser"));
  const frame = new Frame();
  show(model, frame);
  await tick();
  fakeStart(search, model, frame);
}

if ("__TAURI_INTERNALS__" in window) show(new Inspector(tauriBackend()));
else if (import.meta.env.DEV || import.meta.env.MODE === "fake") void showScene();
else show(new Inspector(httpBackend(), true));
