import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { Call } from "../backend/backend";
import CallsTable from "./CallsTable.svelte";
import { callRows, callWords } from "./calls";

const call = (id: number, more: Partial<Call> = {}): Call => ({
  id,
  number: id,
  session: "s-1",
  kind: "observe",
  what: `/page/${id}`,
  status: { type: "done", httpStatus: 200 },
  startedAt: "2026-11-25T10:00:00Z",
  tookMs: 100,
  credits: 1.2,
  reasons: [{ what: "base", credits: 1.2 }],
  picture: null,
  ...more,
});
const failed = call(3, {
  kind: "step",
  what: "B3 click Search",
  status: {
    type: "failed",
    httpStatus: 409,
    failure: { code: "action_impossible", message: "B3 is covered by a banner", hint: "Close it first" },
  },
});

function open(calls: Call[]) {
  const onobserve = vi.fn();
  const oncancel = vi.fn();
  const view = render(CallsTable, {
    calls,
    chosenId: null,
    onchoose: (chosenId: number | null) => void view.rerender({ chosenId }),
    loaded: true,
    failure: null,
    now: 0,
    pictureUrl: (hash: string) => `/picture/${hash}`,
    onretry: vi.fn(),
    oncancel,
    onobserve,
  });
  return { onobserve, oncancel, user: userEvent.setup() };
}

it("a call is chosen by keyboard, and says what it cost and why", async () => {
  const { user } = open([call(1), call(2, { picture: "abc" })]);
  (await screen.findByRole("grid", { name: "Calls" })).focus();
  await user.keyboard("{ArrowDown}");
  const detail = screen.getByRole("complementary", { name: "Call 2" });
  expect(detail).toHaveTextContent("1.2 credits");
  expect(detail).toHaveTextContent("1.2 base");
  expect(screen.getByRole("img")).toHaveAttribute("src", "/picture/abc");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("complementary")).toBeNull();
});

it("a failed call says why, with the button that helps", async () => {
  const { user, onobserve } = open([call(1), failed]);
  await user.click(await screen.findByText("click Search"));
  expect(screen.getByRole("alert")).toHaveTextContent("Close it first");
  await user.click(screen.getByRole("button", { name: "To Observe" }));
  expect(onobserve).toHaveBeenCalledOnce();
});

it("a running call can be cancelled", async () => {
  const { user, oncancel } = open([call(1, { status: { type: "running" }, tookMs: null, credits: null })]);
  await user.click(await screen.findByText("/page/1"));
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(oncancel).toHaveBeenCalledOnce();
});

it("a filter keeps the calls that have every word, of ten thousand too", () => {
  expect(callRows([call(1), failed], "failed banner").rows).toEqual([failed]);
  const many = Array.from({ length: 10_000 }, (_, i) => call(i + 1));
  expect(callRows(many, "page/9999").rows).toHaveLength(1);
});

it("calls read as sentences, those made elsewhere too", () => {
  const words = (kind: Call["kind"], what: string) => callWords({ kind, what });
  expect(words("observe", "/a · b · 214 actions")).toBe("observe /a · b: 214 actions");
  expect(words("observe", "made elsewhere")).toBe("observe made elsewhere");
  expect(words("step", "made elsewhere")).toBe("step made elsewhere");
  expect(words("close", "made elsewhere")).toBe("close made elsewhere");
  expect(words("extend", "deadline")).toBe("extend the deadline");
  expect(words("step", "B3 Click Search")).toBe("step B3 click Search");
  expect(words("step", "I2 Fill Email")).toBe("step I2 type into Email");
  expect(words("step", "I2 Fill the Email field “me@shop.local”")).toBe(
    "step I2 type “me@shop.local” into Email",
  );
  expect(words("step", "I3 Choose Size “XL”")).toBe("step I3 choose “XL” in Size");
  expect(words("step", "S1 Go to “http://shop.local/”")).toBe("step S1 go to “http://shop.local/”");
  expect(words("step", "B9")).toBe("step B9");
  expect(words("step", "open a tab at /deals")).toBe("step open a tab at /deals");
});
