import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import type { Evidence, KeptLine } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { emptySnapshot } from "../backend/fakePages";
import ConsolePanel from "../console/ConsolePanel.svelte";
import ExchangePart from "./ExchangePart.svelte";
import NetworkPanel from "./NetworkPanel.svelte";
import { Kept } from "./kept.svelte";
import { exchange } from "./someExchanges";

const line = (text: string, change: Partial<KeptLine["line"]> = {}): KeptLine => ({
  call: 2,
  line: {
    at: "2026-11-26T00:00:00Z",
    level: "log",
    source: "script",
    text,
    url: "https://shop.test/app.js?v=1",
    line: 12,
    column: 3,
    repeated: 1,
    ...change,
  },
});

const evidence: Evidence = {
  offered: true,
  console: [
    line("hello"),
    line("<img src=x onerror=alert(1)>", { level: "error", source: "exception", repeated: 3 }),
  ],
  network: [
    { call: 2, exchange: exchange({ id: "1", url: "https://shop.test/start" }) },
    {
      call: 2,
      exchange: exchange({ id: "2", url: "https://shop.test/api", resource_type: "fetch", status: 404 }),
    },
  ],
  missing: [],
};

async function kept(answer: Evidence) {
  const fake = new FakeBackend(emptySnapshot());
  fake.onQuery("evidence", () => ({ type: "evidence", value: answer }));
  fake.onQuery("exchange", (query) => ({
    type: "exchange",
    value: exchange({
      id: query.type === "exchange" ? query.id : "",
      url: "https://shop.test/api",
      response_headers: [{ name: "X-Kept", value: "yes" }],
      response_body: { content: "<script>alert(1)</script>", base64: false, truncated: true },
      request_headers: [{ name: "Cookie", value: "[not kept]" }],
    }),
  }));
  fake.onQuery("har", () => ({ type: "har", value: "{}" }));
  const kept = new Kept(fake);
  await kept.read({ type: "shown", session: "s" }, 2);
  return kept;
}

describe("the network panel", () => {
  it("lists requests, is walked with the keyboard and shows one with its headers and body as text", async () => {
    const onsave = vi.fn();
    render(NetworkPanel, { kept: await kept(evidence), number: 2, onsave, onretry: () => undefined });
    const grid = screen.getByRole("grid", { name: "Requests" });
    expect(await within(grid).findAllByRole("row")).toHaveLength(2);
    await fireEvent.keyDown(grid, { key: "End" });
    const detail = await screen.findByRole("complementary", { name: "The request" });
    await waitFor(() => expect(within(detail).getByText("X-Kept")).toBeInTheDocument());
    expect(within(detail).getByText(/Secrets are not kept/)).toBeInTheDocument();
    await fireEvent.click(within(detail).getByRole("tab", { name: "Answer" }));
    expect(within(detail).getByText("<script>alert(1)</script>")).toBeInTheDocument();
    expect(within(detail).getByText(/There was more/)).toBeInTheDocument();
    await fireEvent.keyDown(grid, { key: "Escape" });
    expect(screen.queryByRole("complementary", { name: "The request" })).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "HAR" }));
    await waitFor(() => expect(onsave).toHaveBeenCalledWith("call-2.har", "{}"));
  });

  it("shows a request that was asked for elsewhere, also one that is read only later", async () => {
    const of = await kept(evidence);
    of.show("2");
    render(NetworkPanel, { kept: of, number: 2, onsave: () => undefined, onretry: () => undefined });
    expect(await screen.findByRole("complementary", { name: "The request" })).toBeInTheDocument();
    expect(of.chosen?.exchange.id).toBe("2");
    of.choose(null);
    of.show("7");
    expect(of.chosen).toBeNull();
    await of.read({ type: "shown", session: "s" }, 2);
    expect(of.chosen).toBeNull();
  });

  it("shows a body that is no text by its bytes", async () => {
    const body = { content: btoa("\u0000PNG"), base64: true, truncated: false };
    const { container } = render(ExchangePart, {
      exchange: exchange({ id: "1", request_body: body }),
      part: "sent",
    });
    expect(container).toHaveTextContent(/4 B that are no text/);
    expect(container.querySelector("pre")).toHaveTextContent("000000 00 50 4e 47 .PNG");
  });

  it("says why nothing is listed", async () => {
    const nothing: Evidence = { offered: false, console: [], network: [], missing: [] };
    render(NetworkPanel, {
      kept: await kept(nothing),
      number: null,
      onsave: () => undefined,
      onretry: () => undefined,
    });
    expect(screen.getByText("No requests are kept")).toBeInTheDocument();
  });
});

describe("the console panel", () => {
  it("shows what pages wrote as text, with place and repeats, and filters by level and words", async () => {
    const { container } = render(ConsolePanel, { kept: await kept(evidence), onretry: () => undefined });
    expect(await screen.findByText("<img src=x onerror=alert(1)>")).toBeInTheDocument();
    expect(container.querySelector("img")).toBeNull();
    expect(screen.getByText("×3")).toBeInTheDocument();
    expect(screen.getAllByText("app.js:12:3")).toHaveLength(2);
    await fireEvent.click(screen.getByRole("button", { name: /Errors/ }));
    await waitFor(() => expect(screen.queryByText("<img src=x onerror=alert(1)>")).toBeNull());
    expect(await screen.findByText("hello")).toBeInTheDocument();
    await fireEvent.input(screen.getByRole("textbox", { name: "Filter the console" }), {
      target: { value: "zzz" },
    });
    expect(screen.getByText("No line fits")).toBeInTheDocument();
  });
});
