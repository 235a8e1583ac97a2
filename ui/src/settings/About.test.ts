import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import About from "./About.svelte";

it("About names what the window and the app are made of, each with its licence", async () => {
  render(About, { version: "1.2.3" });
  expect(screen.queryByText("tauri")).toBeNull();
  await userEvent.setup().click(screen.getByText("Libraries and their licences"));
  const engine = await screen.findByRole("table", { name: "The app and its engine" });
  expect(engine).toHaveTextContent(/tauri2\.[\d.]+Apache-2\.0 OR MIT/);
  expect(screen.getByRole("table", { name: "The window" })).toHaveTextContent("MIT");
});
