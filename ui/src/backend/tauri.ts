import { Channel, convertFileSrc, invoke } from "@tauri-apps/api/core";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import { asFailure, type Answer, type Backend, type HubEvent, type Outcome } from "./backend";

const RETRY_MS = 1000;

async function ask<T>(word: string, argument: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(word, argument);
  } catch (thrown) {
    throw asFailure(thrown);
  }
}

/** The hub in the same process, over Tauri's bridge. */
export function tauriBackend(): Backend {
  return {
    send: (command) => ask<Outcome>("send", { command }),
    query: (query) => ask<Answer>("query", { query }),
    subscribe(listener, onState) {
      let listening = true;
      let retry: ReturnType<typeof setTimeout> | undefined;
      const open = () => {
        const channel = new Channel<HubEvent[]>();
        channel.onmessage = (events) => {
          if (listening) events.forEach(listener);
        };
        invoke("subscribe", { channel }).then(
          () => listening && onState("connected"),
          () => {
            if (!listening) return;
            onState("lost");
            retry = setTimeout(open, RETRY_MS);
          },
        );
      };
      open();
      return () => {
        listening = false;
        clearTimeout(retry);
      };
    },
    pictureUrl: (hash) => convertFileSrc(hash, "picture"),
    live(_session, _acts, viewer) {
      viewer.onEnd({ code: "other", message: "Not built yet.", hint: null });
      return { act: () => undefined, close: () => undefined };
    },
    saveFile: () => Promise.resolve(null),
    quit: () => Promise.resolve(),
    notify: () => Promise.resolve(false),
    zoom: (percent) => getCurrentWebview().setZoom(percent / 100),
  };
}
