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

const RETRY_MS = 1500;

const unreachable: Failure = {
  code: "unreachable",
  message: "The inspector does not answer.",
  hint: "Look whether notex-inspector --web still runs on the machine it was started on.",
};

const cannotQuit: Failure = {
  code: "other",
  message: "A browser cannot end the inspector.",
  hint: "Close this tab, or end notex-inspector --web where it was started.",
};

async function post<T>(path: string, body: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw unreachable;
  }
  return answerOf<T>(response);
}

async function answerOf<T>(response: Response): Promise<T> {
  let answer: unknown;
  try {
    answer = await response.json();
  } catch {
    throw {
      code: "other",
      message: `The inspector answered ${response.status} without a sentence.`,
      hint: response.status === 401 ? "Open the address it printed at its start again." : null,
    } satisfies Failure;
  }
  if (response.ok) return answer as T;
  throw asFailure(answer);
}

function watch(session: string, acts: boolean, viewer: LiveViewer) {
  const address = new URL(`/api/live/${encodeURIComponent(session)}?acts=${acts}`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  let open = true;
  const say = (says: ViewerSays) => {
    if (open && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(says));
  };
  const end = (failure: Failure | null) => {
    if (open) viewer.onEnd(failure);
    open = false;
    socket.close();
  };
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
    if (!open) return;
    if (data instanceof ArrayBuffer) {
      viewer.onFrame(jpeg(data));
      afterPaint(() => say("shown"));
      return;
    }
    const told = JSON.parse(data) as Told;
    if ("news" in told) viewer.onNews(told.news);
    else end(told.end);
  };
  socket.onclose = () => end(unreachable);
  return {
    act: (input: LiveInput) => say({ act: input }),
    close: () => {
      open = false;
      socket.close();
    },
  };
}

function download(name: string, contents: string | Uint8Array) {
  const part = typeof contents === "string" ? contents : new Uint8Array(contents);
  const address = URL.createObjectURL(new Blob([part]));
  fetchFile(address, name);
  // The browser has taken the bytes by then, however slow it is to begin.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return name;
}

/** Lets the browser keep what is at an address. */
function fetchFile(address: string, name: string) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  return name;
}

/** Sends the chosen file to the machine of the inspector, and gives the place where it lies there. */
async function chooseSessionFile(): Promise<string | null> {
  const file = await chosenFile(".notex");
  if (file === null) return null;
  let response: Response;
  try {
    response = await fetch(`/api/incoming/${encodeURIComponent(file.name)}`, { method: "POST", body: file });
  } catch {
    throw unreachable;
  }
  return answerOf<string>(response);
}

function chosenFile(accept: string): Promise<File | null> {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = accept;
  return new Promise((resolve) => {
    input.onchange = () => resolve(input.files?.[0] ?? null);
    input.oncancel = () => resolve(null);
    input.click();
  });
}

async function notify(title: string, text: string) {
  if (!("Notification" in window)) return false;
  const permission =
    Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
  if (permission !== "granted") return false;
  new Notification(title, { body: text, icon: "/icon.svg" });
  return true;
}

/** The hub of a web host, over plain HTTP; a same-origin cookie says who asks. */
export function httpBackend(): Backend {
  return {
    send: (command) => post<Outcome>("/api/send", command),
    query: (query) => post<Answer>("/api/query", query),
    subscribe(listener, onState) {
      let source: EventSource;
      let retry: ReturnType<typeof setTimeout> | undefined;
      const open = () => {
        source = new EventSource("/api/events");
        source.onopen = () => onState("connected");
        source.onmessage = (message) => (JSON.parse(String(message.data)) as HubEvent[]).forEach(listener);
        source.onerror = () => {
          onState("lost");
          // The browser retries a broken stream by itself, but gives up for good on a refused one.
          if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
        };
      };
      open();
      return () => {
        clearTimeout(retry);
        source.close();
      };
    },
    pictureUrl: (hash) => `/picture/${encodeURIComponent(hash)}`,
    live: watch,
    saveFile: (name, contents) => Promise.resolve(download(name, contents)),
    keepExport: (session, name) => Promise.resolve(fetchFile(`/export/${session}`, name)),
    chooseSessionFile,
    quit: () => Promise.reject(cannotQuit),
    notify,
  };
}
