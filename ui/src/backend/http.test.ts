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

class Socket {
  static readonly OPEN = 1;
  static opened: Socket[] = [];
  readyState = 1;
  binaryType = "";
  sent: string[] = [];
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: URL) {
    Socket.opened.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.readyState = 3;
  }
}

const watching = () => {
  Socket.opened = [];
  vi.stubGlobal("WebSocket", Socket);
  const heard: unknown[] = [];
  const view = httpBackend().live("s/1", true, {
    onFrame: (frame) => heard.push(frame.type),
    onNews: (news) => heard.push(news.type),
    onEnd: (failure) => heard.push(failure?.message ?? "ended"),
  });
  const [socket] = Socket.opened;
  if (!socket) throw new Error("nothing was opened");
  return { heard, view, socket };
};

it("a live picture comes over one socket, and says when a frame is drawn", async () => {
  const { heard, view, socket } = watching();
  expect(socket.url.href).toBe(`ws://${location.host}/api/live/s%2F1?acts=true`);
  socket.onmessage?.({ data: new ArrayBuffer(4) });
  socket.onmessage?.({ data: '{"news":{"type":"viewport","width":800,"height":600}}' });
  expect(heard).toEqual(["image/jpeg", "viewport"]);
  await vi.advanceTimersByTimeAsync(1000);
  view.act({ type: "wheel", x: 1, y: 2, deltaX: 0, deltaY: 3 } as never);
  expect(socket.sent[0]).toBe('"shown"');
  expect(socket.sent).toHaveLength(2);
  expect(socket.sent[1]).toContain('{"act":{"type":"wheel"');
});

it("the end of a live picture is told once, and not to who closed it", () => {
  const first = watching();
  first.socket.onmessage?.({ data: '{"end":{"code":"session_ended","message":"it has ended","hint":null}}' });
  first.socket.onclose?.();
  expect(first.heard).toEqual(["it has ended"]);
  const second = watching();
  second.view.close();
  second.socket.onclose?.();
  expect(second.heard).toEqual([]);
});

it("a browser is not offered to end the inspector", async () => {
  await expect(httpBackend().quit("leave_sessions")).rejects.toMatchObject({ code: "other" });
});
