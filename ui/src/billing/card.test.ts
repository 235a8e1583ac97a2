import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cardFrom, defaultCard, observePrice, priceList, problemsOf, scrapePrice } from "./card";

it("what was exported is read again", () => {
  expect(cardFrom(JSON.stringify({ ...defaultCard, name: "mine", step: 1.5 }))).toEqual({
    ...defaultCard,
    name: "mine",
    step: 1.5,
  });
});

it("a card from before there was a language model has the default price for it", () => {
  const { model_per_1000_tokens: price, ...older } = defaultCard;
  expect(price).toBe(0.3);
  expect(cardFrom(JSON.stringify(older))).toEqual(defaultCard);
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

it("the default card is the one the engine has", () => {
  const source = readFileSync("../crates/notex-session/src/rates.rs", "utf8");
  const body = /impl Default for RateCard[^]*?Self \{([^]*?)\n {8}\}/.exec(source)?.[1] ?? "";
  const numberOf = (rust: string): number | string => {
    const [, thousandths] = /from_thousandths\(([\d_]+)\)/.exec(rust) ?? [];
    if (thousandths) return Number(thousandths.replaceAll("_", "")) / 1000;
    const [, text] = /"(.*)"/.exec(rust) ?? [];
    if (text !== undefined) return text;
    if (rust === "Credits::ZERO") return 0;
    if (rust === "TEN_KB") return 10_240;
    return Number(/([\d_]+)\)?$/.exec(rust)?.[1]?.replaceAll("_", ""));
  };
  const engine = [...body.matchAll(/(\w+): (.+),/g)].map(([, field, rust]) => [field, numberOf(rust ?? "")]);
  expect(Object.fromEntries(engine)).toEqual(defaultCard);
});

it("prices grow with each started hundred of actions and ten kilobytes, as the engine charges", () => {
  expect(observePrice(defaultCard, 100, false)).toBe(1);
  expect(observePrice(defaultCard, 101, false)).toBe(1.5);
  expect(observePrice(defaultCard, 250, true)).toBe(2.2);
  expect(scrapePrice(defaultCard, 10_240, 0)).toBe(2);
  expect(scrapePrice(defaultCard, 10_241, 3)).toBe(3.3);
  expect(priceList(defaultCard).map(({ example }) => example?.credits)).toEqual([
    1,
    2.2,
    undefined,
    7.2,
    1.2,
  ]);
  expect(priceList({ ...defaultCard, session_minute: 0.125 })[0]?.price).toBe(
    "free to start, 0.125 each started minute",
  );
});
