import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import App from "../App.svelte";
import { FakeBackend } from "../backend/fake";
import { emptySnapshot } from "../backend/fakePages";
import { Inspector } from "../state/inspector.svelte";

beforeEach(() => localStorage.clear());

const KEY = "sk-typed-once";

async function open(keychainProblem: string | null = null) {
  const fake = new FakeBackend({ ...emptySnapshot(), keychainProblem });
  const model = new Inspector(fake);
  render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  model.showSettings("model");
  const form = within(await screen.findByRole("form", { name: "Language model" }));
  return { fake, model, form, user: userEvent.setup() };
}
const press = (form: Awaited<ReturnType<typeof open>>["form"], name: string) =>
  form.getByRole("button", { name });

it("A language model is tried with what stands in the form, saved, and its key shown nowhere after", async () => {
  const { fake, form, user } = await open();
  await user.type(form.getByLabelText("Address"), " http://127.0.0.1:11434/v1");
  expect(press(form, "Ask it")).toBeDisabled();
  await user.type(form.getByLabelText("Model"), "small");
  await user.type(form.getByLabelText("API key"), KEY);
  await user.click(press(form, "Ask it"));
  const typed = { url: "http://127.0.0.1:11434/v1", name: "small", apiKey: KEY };
  expect(fake.sent).toEqual([{ type: "try_model", ...typed }]);
  expect(await form.findByText(/small answers in 412 ms, with 18 tokens\./)).toBeVisible();
  // What was answered holds for what was asked.
  await user.type(form.getByLabelText("Model"), "er");
  expect(form.queryByText(/answers in/)).toBeNull();
  await user.click(press(form, "Use this model"));
  expect(fake.sent.at(-1)).toEqual({ type: "save_model", ...typed, name: "smaller", keepKey: "keychain" });
  expect(await screen.findByText(/The local engine asks/)).toHaveTextContent(
    "The local engine asks smaller, key in the keychain.",
  );
  expect(form.getByLabelText("API key")).toHaveValue("");
  expect(document.body.innerHTML).not.toContain(KEY);
  // Saved again without a key it is the one that is kept.
  await user.click(press(form, "Save"));
  expect(fake.sent.at(-1)).toMatchObject({ apiKey: null });
});

it("What is wrong stands at its field, and what the server says in a sentence", async () => {
  const { fake, form, user } = await open();
  await user.click(press(form, "Use this model"));
  expect(form.getByLabelText("Address")).toHaveAccessibleDescription(/Write the whole address/);
  expect(form.getByLabelText("Model")).toHaveAccessibleDescription(/Write what its server calls it/);
  expect(fake.sent).toEqual([]);
  await user.type(form.getByLabelText("Address"), "https://api.example.com/v1");
  await user.type(form.getByLabelText("Model"), "small");
  const message = "The language model at https://api.example.com refused the key (401).";
  fake.on("try_model", () => {
    throw { code: "other", message, hint: null };
  });
  await user.click(press(form, "Ask it"));
  expect(await form.findByRole("alert")).toHaveTextContent(message);
});

it("Without a keychain that is said, and the key can be kept for this run only", async () => {
  const { fake, form, user } = await open("No Secret Service answers.");
  expect(form.getByLabelText("in the keychain of this computer")).toBeDisabled();
  expect(form.getByText("No Secret Service answers.")).toBeVisible();
  await user.type(form.getByLabelText("Address"), "https://api.example.com/v1");
  await user.type(form.getByLabelText("Model"), "small");
  await user.type(form.getByLabelText("API key"), KEY);
  await user.click(press(form, "Use this model"));
  expect(fake.sent.at(-1)).toMatchObject({ type: "save_model", keepKey: "memory" });
  expect(await screen.findByText(/The local engine asks/)).toHaveTextContent("key for this run only");
});

it("A model is removed once that is confirmed, and why one cannot be asked is told", async () => {
  const { fake, form, user } = await open();
  const failure = {
    ...{ code: "wrong_key" as const, message: "The keychain holds no key for the language model." },
    hint: "Enter the key of the language model again.",
  };
  const url = "https://api.example.com/v1";
  fake.deltas({ type: "model", value: { url, name: "small", keyKept: "keychain", failure } });
  expect(await screen.findByText(/The keychain holds no key for the language model\. Enter/)).toBeVisible();
  await user.click(press(form, "Remove"));
  await user.click(screen.getByRole("button", { name: "Remove the model" }));
  expect(fake.sent.at(-1)).toEqual({ type: "remove_model" });
  await waitFor(() => expect(press(form, "Use this model")).toBeVisible());
});
