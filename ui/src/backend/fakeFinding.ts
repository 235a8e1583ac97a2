import type { FilterSuggestion, PastHit, PastSession } from "./backend";
import type { FakeBackend } from "./fake";
import { pastCalls } from "./fakeHistory";

const keys: FilterSuggestion[] = (
  [
    ["call", "observe, step, scrape, start, extend or close", "call:step"],
    ["status", "error, ok, an HTTP status or a class of them", "status:error"],
    ["host", "the page's host, or part of it", "host:shop"],
    ["url", "part of the page's address", "url:/cart"],
    ["text", "words on the page, in actions, values or failures", 'text:"add to cart"'],
    ["took", "how long it took", "took:>2s"],
    ["credits", "what it cost", "credits:>2"],
    ["after", "made on that day or later", "after:2026-11-20"],
    ["before", "made before that day", "before:today"],
    ["session", "the beginning of the session's id", "session:s-7f3a"],
    ["connection", "part of the connection's name", "connection:local"],
  ] as const
).map(([name, means, example]) => ({ text: `${name}:`, means, example }));

const calls = ["observe", "step", "scrape", "start", "extend", "close"];

/** Finds calls by the words of their session and of themselves; `call:stop` is a mistake. */
export function findingScene(fake: FakeBackend, sessions: () => readonly PastSession[]): void {
  fake.onQuery("history_search", (query) => {
    const typed = query.type === "history_search" ? query.typed : "";
    const from = typed.indexOf("stop");
    if (from >= 0) {
      const sentence = "“stop” is no call: there are observe, step, scrape, start, extend and close.";
      const problem = { from, to: from + 4, sentence };
      return { type: "history_search", value: { hits: [], total: 0, problem } };
    }
    const words = typed.toLowerCase().split(" ").filter(Boolean);
    const hits = sessions().flatMap((session) =>
      pastCalls(session.id, 3)
        .reverse()
        .flatMap((call): PastHit[] => {
          const { title, url, id } = session;
          const failed = call.status.type === "failed" ? "status:error" : "";
          const text = `${title} ${url} session:${id} call:${call.kind} ${failed} ${call.what}`.toLowerCase();
          if (!words.every((word) => text.includes(word))) return [];
          const word = words.find((word) => title.toLowerCase().includes(word));
          const at = title.toLowerCase().indexOf(word ?? "");
          const snippet = word
            ? {
                of: "page",
                before: title.slice(0, at),
                found: title.slice(at, at + word.length),
                after: title.slice(at + word.length),
              }
            : null;
          return [{ session, call, snippet }];
        }),
    );
    return { type: "history_search", value: { hits, total: hits.length, problem: null } };
  });
  fake.onQuery("history_help", (query) => {
    const { typed, at } = query.type === "history_help" ? query : { typed: "", at: 0 };
    const from = typed.lastIndexOf(" ", at - 1) + 1;
    const word = typed.slice(from, at);
    const value = word.startsWith("call:") ? word.slice(5) : null;
    const suggestions =
      value === null
        ? keys.filter(({ text }) => text.startsWith(word))
        : calls.filter((call) => call.startsWith(value)).map((text) => ({ text, means: "", example: null }));
    return {
      type: "history_help",
      value: { from: value === null ? from : from + 5, to: at, suggestions },
    };
  });
}
