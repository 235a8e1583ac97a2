import { expect, it } from "vitest";
import { cardFrom, defaultCard, problemsOf } from "./card";

it("what was exported is read again", () => {
  expect(cardFrom(JSON.stringify({ ...defaultCard, name: "mine", step: 1.5 }))).toEqual({
    ...defaultCard,
    name: "mine",
    step: 1.5,
  });
});

it("a file that holds no card says what is wrong with it", () => {
  expect(() => cardFrom("{")).toThrow("not JSON");
  expect(() => cardFrom("[]")).toThrow("no rate card");
  expect(() => cardFrom(JSON.stringify({ ...defaultCard, step: "free" }))).toThrow("step: Write a number.");
});

it("problems are told by field", () => {
  expect(problemsOf(defaultCard)).toEqual({});
  expect(
    problemsOf({ ...defaultCard, name: " ", step: -1, scrape: 0.0001, observe_actions_included: 1.5 }),
  ).toEqual({
    name: "Give it a name.",
    step: "It cannot be less than 0.",
    scrape: "At most three decimals.",
    observe_actions_included: "Write a whole number.",
  });
});
