import { Channel, convertFileSrc, invoke } from "@tauri-apps/api/core";
import {
  asFailure,
  type Answer,
  type Backend,
  type Failure,
  type HubEvent,
  type LiveInput,
  type LiveViewer,
  type Outcome,
} from "./backend";
import { afterPaint, jpeg, type Told, type ViewerSays } from "./liveWire";

const RETRY_MS = 1000;

async function ask<T>(
  word: string,
  argument?: Parameters<typeof invoke>[1],
  options?: Parameters<typeof invoke>[2],
): Promise<T> {
  try {
    return await invoke<T>(word, argument, options);
  } catch (thrown) {
    throw asFailure(thrown);
  }
}

const asksToQuit = ({ news }: HubEvent) =>
  news.type === "deltas" && news.value.some((delta) => delta.type === "ask" && delta.value.type === "quit");

function watch(session: string, acts: boolean, viewer: LiveViewer) {
  const channel = new Channel<ArrayBuffer | Told>();
  const view = channel.id;
  let open = true;
  const say = (says: ViewerSays) => {
    if (open) void invoke("live_say", { view, says });
  };
  const end = (failure: Failure | null) => {
    if (open) viewer.onEnd(failure);
    open = false;
  };
  channel.onmessage = (message) => {
    if (!open) return;
    if (message instanceof ArrayBuffer) {
      viewer.onFrame(jpeg(message));
      afterPaint(() => say("shown"));
    } else if ("news" in message) viewer.onNews(message.news);
    else end(message.end);
  };
  ask("live", { session, acts, channel }).catch((failure: unknown) => end(asFailure(failure)));
  return {
    act: (input: LiveInput) => say({ act: input }),
    close: () => {
      open = false;
      void invoke("live_close", { view });
    },
  };
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
          if (!listening) return;
          events.forEach(listener);
          // A page that fails to show the question does not come so far, and is not waited for.
          if (events.some(asksToQuit)) void invoke("quit_asked");
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
    live: watch,
    saveFile: (name, contents) =>
      ask<string | null>(
        "save_file",
        typeof contents === "string" ? new TextEncoder().encode(contents) : contents,
        {
          headers: { "file-name": encodeURIComponent(name) },
        },
      ),
    keepExport: (session, name) => ask<string | null>("keep_export", { session, name }),
    chooseSessionFile: () => ask<string | null>("choose_session_file"),
    quit: (choice) => ask("quit", { choice }),
    notify: (title, text) => ask<boolean>("notify", { title, text }),
  };
}
