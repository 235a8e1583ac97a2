import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { HubEvent } from "./backend";
import { httpBackend } from "./http";

class Source {
  static readonly CLOSED = 2;
  static opened: Source[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  constructor(readonly url: string) {
    Source.opened.push(this);
  }
  close() {
    this.readyState = 2;
  }
}

beforeEach(() => {
  Source.opened = [];
  vi.stubGlobal("EventSource", Source);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const answering = (status: number, body: string) => {
  const fetch = vi.fn(async (_path: string, _init: RequestInit) => new Response(body, { status }));
  vi.stubGlobal("fetch", fetch);
  return fetch;
};

it("a command is posted as it is, and its outcome comes back", async () => {
  const fetch = answering(200, '{"session":"s-1","call":null,"connection":null}');
  const outcome = await httpBackend().send({ type: "close_session", session: "s-1" });
  expect(outcome.session).toBe("s-1");
  expect(fetch.mock.calls[0]?.[0]).toBe("/api/send");
  expect(JSON.parse(String(fetch.mock.calls[0]?.[1].body))).toEqual({
    type: "close_session",
    session: "s-1",
  });
});

it("a refusal is thrown as the failure it is", async () => {
  answering(409, '{"code":"session_ended","message":"the session has ended","hint":null}');
  const query = httpBackend().query({ type: "session", session: "s-1" });
  await expect(query).rejects.toEqual({
    code: "session_ended",
    message: "the session has ended",
    hint: null,
  });
});

it("an answer that is no JSON, and none at all, are sentences too", async () => {
  answering(502, "<html>");
  await expect(httpBackend().query({ type: "session", session: "x" })).rejects.toMatchObject({
    code: "other",
  });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  await expect(httpBackend().query({ type: "session", session: "x" })).rejects.toMatchObject({
    code: "unreachable",
  });
});

it("events come in batches, and a refused stream is tried again", async () => {
  const heard: number[] = [];
  const links: string[] = [];
  const stop = httpBackend().subscribe(
    (event) => heard.push(event.seq),
    (link) => links.push(link),
  );
  const [first] = Source.opened;
  first?.onopen?.();
  const batch = [1, 2].map((seq): HubEvent => ({ seq, now: "", news: { type: "deltas", value: [] } }));
  first?.onmessage?.({ data: JSON.stringify(batch) });
  expect(heard).toEqual([1, 2]);
  first?.close();
  first?.onerror?.();
  expect(links).toEqual(["connected", "lost"]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(Source.opened).toHaveLength(2);
  stop();
  expect(Source.opened[1]?.readyState).toBe(Source.CLOSED);
});

it("a picture is named by its hash", () => {
  expect(httpBackend().pictureUrl("ab12")).toBe("/picture/ab12");
});
