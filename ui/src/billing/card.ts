import type { RateCard } from "../backend/backend";

/** A price or a size on a card, and how it reads. */
export interface Rate {
  field: Exclude<keyof RateCard, "name">;
  label: string;
  unit: string;
  /** Not credits, but a count. */
  whole?: boolean;
}

export const rates: readonly Rate[] = [
  { field: "start", label: "Start a session", unit: "credits" },
  { field: "session_minute", label: "Session time", unit: "credits per started minute" },
  { field: "observe", label: "Observe", unit: "credits" },
  {
    field: "observe_actions_included",
    label: "Actions in an observe",
    unit: "actions included",
    whole: true,
  },
  { field: "observe_per_further_100_actions", label: "Further actions", unit: "credits per started 100" },
  { field: "observe_screenshot", label: "Screenshot of an observe", unit: "credits on top" },
  { field: "step", label: "Step", unit: "credits" },
  { field: "scrape", label: "Scrape", unit: "credits" },
  { field: "scrape_bytes_included", label: "Markdown in a scrape", unit: "bytes included", whole: true },
  { field: "scrape_per_further_10_kb", label: "Further markdown", unit: "credits per started 10 KB" },
  { field: "scrape_image", label: "Image of a scrape", unit: "credits each" },
  { field: "model_per_1000_tokens", label: "Language model", unit: "credits per started 1,000 tokens" },
];

/** The card of a fresh engine; a test compares it with the one the engine has. */
export const defaultCard: RateCard = {
  name: "Default",
  start: 0,
  session_minute: 0.1,
  observe: 1,
  observe_actions_included: 100,
  observe_per_further_100_actions: 0.5,
  observe_screenshot: 0.2,
  step: 1,
  scrape: 2,
  scrape_bytes_included: 10_240,
  scrape_per_further_10_kb: 1,
  scrape_image: 0.1,
  model_per_1000_tokens: 0.3,
};

const TEN_KB = 10_240;
const furtherOf = (size: number, included: number, each: number): number =>
  Math.ceil(Math.max(0, size - included) / each);
const rounded = (credits: number): number => Math.round(credits * 1000) / 1000;

/** The price of an observe. */
export const observePrice = (card: RateCard, actions: number, screenshot: boolean): number =>
  rounded(
    card.observe +
      card.observe_per_further_100_actions * furtherOf(actions, card.observe_actions_included, 100) +
      (screenshot ? card.observe_screenshot : 0),
  );

/** The price of a scrape by the size of its markdown. */
export const scrapePrice = (card: RateCard, bytes: number, images: number): number =>
  rounded(
    card.scrape +
      card.scrape_per_further_10_kb * furtherOf(bytes, card.scrape_bytes_included, TEN_KB) +
      card.scrape_image * images,
  );

const numbers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
/** `0.5`, `0.125`: no price of a card is rounded. */
export const priceText = (credits: number): string => numbers.format(credits);

/** What something costs, in words and by example. */
export interface PriceLine {
  what: string;
  price: string;
  example: { what: string; credits: number } | null;
}

/** A card as a person reads it. */
export function priceList(card: RateCard): PriceLine[] {
  const kilobytes = numbers.format(card.scrape_bytes_included / 1024);
  return [
    {
      what: "Session",
      price: `${card.start === 0 ? "free" : priceText(card.start)} to start, ${priceText(card.session_minute)} each started minute`,
      example: { what: "10 minutes", credits: rounded(card.start + 10 * card.session_minute) },
    },
    {
      what: "Observe",
      price: `${priceText(card.observe)} up to ${numbers.format(card.observe_actions_included)} actions, ${priceText(card.observe_per_further_100_actions)} each further 100, ${priceText(card.observe_screenshot)} for a screenshot`,
      example: { what: "250 actions with a screenshot", credits: observePrice(card, 250, true) },
    },
    { what: "Step", price: `${priceText(card.step)} each`, example: null },
    {
      what: "Scrape",
      price: `${priceText(card.scrape)} up to ${kilobytes} KB of markdown, ${priceText(card.scrape_per_further_10_kb)} each further 10 KB, ${priceText(card.scrape_image)} each image`,
      example: { what: "45 KB with 12 images", credits: scrapePrice(card, 45 * 1024, 12) },
    },
    {
      what: "Language model",
      price: `${priceText(card.model_per_1000_tokens)} each started 1,000 tokens`,
      example: { what: "3,400 tokens", credits: rounded(4 * card.model_per_1000_tokens) },
    },
  ];
}

const MOST = 1_000_000;

/** Why an amount of credits does not hold; null when it does. */
export function creditsProblem(amount: unknown): string | null {
  if (typeof amount !== "number" || !Number.isFinite(amount)) return "Write a number.";
  if (amount < 0) return "It cannot be less than 0.";
  if (amount > MOST) return "It cannot be more than 1,000,000.";
  return Math.abs(amount * 1000 - Math.round(amount * 1000)) > 1e-6 ? "At most three decimals." : null;
}

/** What is wrong with a card, by field. */
export function problemsOf(card: { [field in keyof RateCard]?: unknown }): Partial<
  Record<keyof RateCard, string>
> {
  const problems: Partial<Record<keyof RateCard, string>> = {};
  const name = card.name;
  if (typeof name !== "string" || !name.trim()) problems.name = "Give it a name.";
  else if (name.length > 100) problems.name = "At most 100 letters.";
  for (const { field, whole } of rates) {
    const value = card[field];
    const problem =
      creditsProblem(value) ?? (whole && !Number.isInteger(value) ? "Write a whole number." : null);
    if (problem) problems[field] = problem;
  }
  return problems;
}

/** A card from a file; throws a sentence that names the field. */
export function cardFrom(text: string): RateCard {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new Error("the file is not JSON");
  }
  if (typeof read !== "object" || read === null || Array.isArray(read))
    throw new Error("the file holds no rate card: it must be one JSON object");
  const known = read as { [field in keyof RateCard]?: unknown };
  // Cards from before there was a language model.
  known.model_per_1000_tokens ??= defaultCard.model_per_1000_tokens;
  const [first] = Object.entries(problemsOf(known));
  if (first) throw new Error(`${first[0]}: ${first[1]}`);
  const numbers = rates.map(({ field }) => [field, known[field] as number] as const);
  return { ...defaultCard, ...Object.fromEntries(numbers), name: known.name as string };
}
