import { mount } from "svelte";
import App from "./App.svelte";
import type { Backend } from "./backend/backend";
import { httpBackend } from "./backend/http";
import { tauriBackend } from "./backend/tauri";
import "./fonts.css";
import "./tokens.css";
import "./base.css";
import "./page/preview.css";
import { Inspector } from "./state/inspector.svelte";

async function backend(): Promise<{ backend: Backend; inBrowser: boolean }> {
  if ("__TAURI_INTERNALS__" in window) return { backend: tauriBackend(), inBrowser: false };
  if (import.meta.env.DEV) {
    const { sceneOf } = await import("./backend/fakeScenes");
    return { backend: sceneOf(new URLSearchParams(location.search)), inBrowser: false };
  }
  return { backend: httpBackend(), inBrowser: true };
}

void backend().then(({ backend, inBrowser }) => {
  const target = document.getElementById("app");
  if (target) mount(App, { target, props: { model: new Inspector(backend), inBrowser } });
});
