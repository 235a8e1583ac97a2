import { asFailure, type Answer, type Backend, type Failure, type HubEvent, type Outcome } from "./backend";

const RETRY_MS = 1500;

const unreachable: Failure = {
  code: "unreachable",
  message: "The inspector does not answer.",
  hint: "Look whether notex-inspector --web still runs on the machine it was started on.",
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
    live(_session, _acts, viewer) {
      viewer.onEnd({ code: "other", message: "Not built yet.", hint: null });
      return { act: () => undefined, close: () => undefined };
    },
    saveFile: () => Promise.resolve(null),
    quit: () => Promise.resolve(),
    notify: () => Promise.resolve(false),
  };
}
