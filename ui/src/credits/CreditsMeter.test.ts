import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { CreditState } from "../backend/backend";
import { emptySnapshot, quietSession } from "../backend/fakePages";
import CreditsMeter from "./CreditsMeter.svelte";

const now = Date.parse("2026-11-25T12:00:00Z");
const credits = emptySnapshot().connections[0]?.credits as CreditState;
const session = (creditsEstimated: boolean, amount: number) => ({
  ...quietSession,
  id: `s-${amount}`,
  connection: "local",
  title: "",
  url: "",
  phase: { type: "live" as const, expiresAt: null },
  keepAlive: false,
  timeoutMinutes: 5,
  createdAt: "2026-11-25T11:00:00Z",
  lastCallAt: "2026-11-25T11:00:00Z",
  credits: amount,
  creditsEstimated,
});

it("says what is left and how long it lasts, and opens the usage", async () => {
  const onopen = vi.fn();
  render(CreditsMeter, { credits, sessions: [], now, onopen });
  const button = screen.getByRole("button", { name: /7,412 of 10,000 credits left/ });
  expect(button).toHaveAccessibleDescription(/3\.1 a minute now\. At this pace the plan lasts until/);
  expect(screen.getByRole("meter", { name: "Credits left" })).toHaveAttribute("aria-valuenow", "7412");
  await userEvent.click(button);
  expect(onopen).toHaveBeenCalledOnce();
});

it("what was estimated is marked and never a share of a plan", () => {
  render(CreditsMeter, {
    credits: null,
    sessions: [session(true, 2), session(true, 1.5), session(false, 9)],
    now,
    onopen: vi.fn(),
  });
  expect(screen.getByRole("button", { name: /≈ 3\.5 credits, estimated/ })).toHaveAccessibleDescription(
    /The server tells no credits/,
  );
  expect(screen.queryByRole("meter")).toBeNull();
});

it("a plan without a limit tells what today cost", () => {
  render(CreditsMeter, {
    credits: { ...credits, allowed: 0, remaining: 0 },
    sessions: [],
    now,
    onopen: vi.fn(),
  });
  expect(screen.getByRole("button", { name: /60\.2 credits today/ })).toBeVisible();
});

it("nothing is said while nothing is known", () => {
  render(CreditsMeter, { credits: null, sessions: [], now, onopen: vi.fn() });
  expect(screen.queryByRole("button")).toBeNull();
});
