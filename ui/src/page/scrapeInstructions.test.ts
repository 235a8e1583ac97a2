import { screen, waitFor, within } from "@testing-library/svelte";
import { beforeEach, expect, it } from "vitest";
import { openPanel, press } from "../testing/panel";

beforeEach(() => localStorage.clear());

const small = { url: "http://127.0.0.1:11434/v1", name: "small", keyKept: null, failure: null };
const words = () => screen.getByLabelText("Instructions for a language model");

/** The Scrape panel of a local engine that asks the small model. */
async function asking() {
  const made = await openPanel("scrape");
  made.fake.deltas({ type: "model", value: small });
  await waitFor(() => expect(words()).toBeEnabled());
  return made;
}

it("Without a language model one line says so and leads to its settings, and what was typed stays in sight", async () => {
  const { fake, model, user } = await openPanel("scrape");
  expect(screen.queryByLabelText("Instructions for a language model")).toBeNull();
  expect(screen.getByText("No language model is set.")).toBeVisible();
  await user.click(press("Set one: a language model"));
  expect(model.screen).toBe("settings");
  expect(await screen.findByRole("form", { name: "Language model" })).toBeVisible();
  fake.deltas({ type: "model", value: small });
  model.show("scrape");
  await user.type(await screen.findByLabelText("Instructions for a language model"), "All");
  const failure = { code: "wrong_key" as const, message: "The key was kept for one run only.", hint: null };
  fake.deltas({ type: "model", value: { ...small, failure } });
  await waitFor(() => expect(words()).toHaveAccessibleDescription("The key was kept for one run only."));
  expect(press(/^Scrape/)).toBeDisabled();
  await user.clear(words());
  expect(await screen.findByText("The key was kept for one run only.")).toBeVisible();
  expect(press(/^Scrape/)).toBeEnabled();
});

it("A server that takes no instructions has no field for them, and one of its own model is sent them", async () => {
  const { fake, model } = await openPanel("scrape");
  const [local] = fake.snapshot.connections;
  if (!local) throw new Error("no connection");
  const far = (instructions: boolean) => ({
    ...{ ...local, local: false, can: { ...local.can, instructions } },
    credits: local.credits && { ...local.credits, tokensPrice: null },
  });
  fake.deltas({ type: "connection", value: far(false) });
  await waitFor(() => expect(screen.queryByLabelText("Instructions for a language model")).toBeNull());
  fake.deltas({ type: "connection", value: far(true) });
  await waitFor(() => expect(words()).toBeEnabled());
  expect(model.world.model).toBeNull();
  expect(words()).toHaveAccessibleDescription(/costs what the server charges/);
});

it("Instructions say their price first and are sent with the schema of the fields, without selectors", async () => {
  const { fake, user } = await asking();
  expect(words()).toHaveAccessibleDescription(
    "small costs 0.3 cr for each started 1,000 tokens, beside the scrape.",
  );
  await user.type(words(), "All laptops");
  expect(screen.getByText("from 2.0 cr")).toBeVisible();
  await user.click(screen.getByText("Data"));
  expect(screen.queryByLabelText("Find tables and items")).toBeNull();
  await user.click(press("Add a field"));
  await user.type(screen.getByLabelText("Name of field 1"), "name");
  expect(screen.queryByText(/Say where it is/)).toBeNull();
  await user.click(press("Add a field"));
  await user.type(screen.getByLabelText("Name of field 2"), "price");
  await user.selectOptions(screen.getByLabelText("Type of field 2"), "number");
  await user.click(press(/^Scrape/));
  expect(fake.sent.at(-1)).toMatchObject({
    type: "scrape",
    scrape: {
      instructions: "All laptops",
      response_format: {
        type: "object",
        properties: { name: { type: ["string", "null"] }, price: { type: ["number", "null"] } },
        required: ["name", "price"],
      },
    },
  });
  expect(JSON.stringify(fake.sent.at(-1))).not.toContain("extract");
  expect(await screen.findByRole("grid", { name: /laptops/ })).toBeVisible();
});

it("A schema that was typed is what the answer has to fit, and what is no JSON keeps it from being asked", async () => {
  const { fake, user } = await asking();
  await user.type(words(), "All laptops");
  await user.click(screen.getByText("Data"));
  const schema = screen.getByLabelText("JSON Schema of the answer");
  await user.type(schema, "{{");
  expect(press(/^Scrape/)).toBeDisabled();
  await user.type(schema, '"type":"object"}');
  await user.click(press(/^Scrape/));
  expect(fake.sent.at(-1)).toMatchObject({
    scrape: { response_format: { type: "object" }, instructions: "All laptops" },
  });
});

it("What the model used stands beside the credits, and why there is no data stands above", async () => {
  const { fake, model, user } = await asking();
  await user.type(words(), "All laptops");
  await user.click(press(/^Scrape/));
  await screen.findByRole("grid", { name: /laptops/ });
  const detail = fake.details.get(model.selectedId ?? "");
  const call = detail?.calls.at(-1);
  if (!detail?.scraped || !call) throw new Error("nothing was scraped");
  const reasons = [
    { what: "scrape", credits: 2 },
    { what: "3,400 tokens", credits: 1.2 },
  ];
  fake.deltas({ type: "call", value: { ...call, credits: 3.2, reasons } });
  expect(await screen.findByText(/characters · 3,400 tokens · 3\.2 cr/)).toBeVisible();
  const message = "the language model’s answer is not JSON; it said: Sure!";
  const errors = [{ field: "", message }];
  const structured = [{ success: false, error: message, data: null, errors }];
  fake.deltas({ type: "scraped", value: { ...detail.scraped, structured } });
  const problems = await screen.findByRole("list", { name: "What was not found or does not fit" });
  expect(
    within(problems).getByText(/^The language model’s answer is not JSON; it said: Sure!/),
  ).toBeVisible();
  expect(screen.getByText("There is no data")).toBeVisible();
});
