import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { markdownPage } from "../backend/fakePages";
import Preview from "./Preview.svelte";

const keeping = { copied: null, oncopy: vi.fn(), onsave: vi.fn() };
const scraped = (markdown: string) => ({ ...markdownPage(false), markdown }) as never;
const paragraphs = Array.from({ length: 2_000 }, (_, at) => `Paragraph ${at}. ${"Words. ".repeat(40)}\n\n`);

it("of a long text the beginning is drawn, and more of it when it is asked for, until all is", async () => {
  const { container, rerender } = render(Preview, { scraped: scraped(paragraphs.join("")), ...keeping });
  const words = () => container.querySelector("article")?.textContent ?? "";
  expect(words()).toContain("Paragraph 0.");
  const rest = await screen.findByRole("status");
  const more = screen.getByRole("button", { name: "Draw more" });
  await waitFor(() => expect(more).toBeEnabled(), { timeout: 20_000 });
  expect(rest).toHaveTextContent(/^Its first [\d,]+ of [\d,]+ characters are drawn\. Markdown shows all/);
  expect(words()).not.toContain("Paragraph 1999.");
  for (let turn = 0; turn < 5 && screen.queryByRole("button", { name: "Draw more" }); turn += 1) {
    await userEvent.click(more);
    await waitFor(() => expect(more.isConnected && (more as HTMLButtonElement).disabled).toBe(false), {
      timeout: 20_000,
    });
  }
  expect(screen.queryByRole("status")).toBeNull();
  expect(words()).toContain("Paragraph 1999.");
  await rerender({ scraped: scraped("A short text"), ...keeping });
  expect(words().trim()).toBe("A short text");
}, 60_000);
