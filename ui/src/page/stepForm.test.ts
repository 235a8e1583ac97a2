import { expect, it } from "vitest";
import { actionOf, emptySnapshot, observationOf } from "../backend/fakePages";
import {
  choiceOf,
  fieldOf,
  priceOf,
  takesEnter,
  toggleWords,
  valueOf,
  valueProblem,
  withRecent,
} from "./stepForm";

const observation = observationOf("s-1", 1, "http://shop.local/", null);
const choice = (id: string) => {
  const found = choiceOf(observation, id);
  if (!found) throw new Error(id);
  return found;
};

it("an input asks for text and may press enter", () => {
  expect(fieldOf(choice("I1"))).toMatchObject({ type: "text", kind: "text", hint: "now “laptop 14 inch”" });
  expect(takesEnter(choice("I1"))).toBe(true);
});

it("a select offers its options by label and starts at the chosen one", () => {
  expect(fieldOf(choice("I2"))).toMatchObject({
    type: "choice",
    start: "price",
    options: [
      { value: "price", label: "Lowest price" },
      { value: "new", label: "Newest" },
    ],
  });
  expect(takesEnter(choice("I2"))).toBe(false);
});

it("a parameter with values alone offers these", () => {
  const params = [{ name: "value", type: "string", default: "b", values: ["a", "b"] }];
  const action = actionOf("I9", "Size", "Form", "combobox", null, { params });
  expect(fieldOf({ type: "action", action })).toMatchObject({ type: "choice", start: "b" });
});

it("a button asks for nothing and sends no value", () => {
  expect(fieldOf(choice("B3"))).toEqual({ type: "none" });
  expect(valueOf(choice("B3"), "left over")).toBeNull();
});

it("going to an address wants one, and completes it", () => {
  expect(valueProblem(choice("S1"), " ")).toBe("Type the address to go to.");
  expect(valueOf(choice("S1"), "shop.local/x")).toBe("http://shop.local/x");
});

it("waiting wants a number of milliseconds", () => {
  expect(fieldOf(choice("S7"))).toMatchObject({ label: "Milliseconds", start: "1000" });
  expect(valueProblem(choice("S7"), "soon")).not.toBeNull();
  expect(valueProblem(choice("S7"), "250")).toBeNull();
});

it("a checkbox says what the step makes of it", () => {
  expect(toggleWords(choice("B1"))).toBe("It is not checked; the step checks it.");
  expect(toggleWords(choice("B3"))).toBeNull();
});

it("an action that is gone is no choice", () => {
  expect(choiceOf(observation, "L77")).toBeNull();
});

it("the price is of what the step does, and closing is free", () => {
  const { credits } = emptySnapshot().connections[0] ?? { credits: null };
  expect(priceOf(choice("S8"), credits)).toBe(0);
  expect(priceOf(choice("S2"), credits)).toBe(2);
  expect(priceOf(choice("B3"), credits)).toBe(1);
  expect(priceOf(choice("B3"), null)).toBeNull();
});

const asked = (type: string) =>
  ({
    type: "action",
    action: actionOf("I9", "Field", "Form", "textbox", null, {
      params: [{ name: "value", type, default: null, values: [] }],
    }),
  }) as const;

it.each(["number", "date", "time", "month", "week", "color", "datetime-local", "password"])(
  "a %s is asked for as one",
  (kind) => expect(fieldOf(asked(kind))).toMatchObject({ type: "text", kind }),
);

it("a file is named, and a text of many lines has room for them", () => {
  expect(fieldOf(asked("file"))).toMatchObject({ type: "file" });
  expect(valueProblem(asked("file"), " ")).toContain("name of a file");
  expect(fieldOf(asked("textarea"))).toMatchObject({ kind: "lines" });
});

it("a field may take a number below zero, and no words", () => {
  expect(valueProblem(asked("number"), "-1")).toBeNull();
  expect(valueProblem(asked("number"), "soon")).toBe("Type a number.");
});

it("what was sent is offered again, the last first, but nothing that was masked", () => {
  expect(withRecent(["a", "b"], asked("string"), "b")).toEqual(["b", "a"]);
  expect(withRecent([], asked("password"), "secret")).toEqual([]);
});

it("a field that is called a password is masked", () => {
  const params = [{ name: "value", type: "string", default: null, values: [] }];
  const action = actionOf("I9", "Your password", "Form", "textbox", null, { params });
  expect(fieldOf({ type: "action", action })).toMatchObject({ kind: "password" });
});

it("a text keeps to the length and the form that the page wants, as far as it says", () => {
  const wanting = (told: object) => {
    const params = [{ name: "value", type: "string", default: null, values: [], ...told }];
    return { type: "action", action: actionOf("I9", "Code", "Form", "textbox", null, { params }) } as const;
  };
  expect(valueProblem(wanting({ max_length: 3 }), "abcd")).toBe("The field takes at most 3 characters.");
  expect(valueProblem(wanting({ format: "[A-Z]{3}" }), "abc")).toBe("The field wants the form [A-Z]{3}.");
  expect(valueProblem(wanting({ format: "[A-Z]{3}" }), "ABC")).toBeNull();
  expect(valueProblem(wanting({ format: "(" }), "anything")).toBeNull();
});

it("a slider slides between its ends, and is a number where nobody says them", () => {
  const slider = (told: object) => {
    const params = [{ name: "value", type: "number", default: null, values: [], ...told }];
    return fieldOf({ type: "action", action: actionOf("I9", "Loud", "Form", "slider", null, { params }) });
  };
  expect(slider({ min: "0", max: "10" })).toMatchObject({ kind: "range", start: "5" });
  expect(slider({})).toMatchObject({ kind: "number" });
});

it("what is on or off is asked for in words, and starts at the other", () => {
  const state = { checked: true, expanded: null, value: null, required: false, options: [] };
  const params = [{ name: "value", type: "boolean", default: null, values: [] }];
  const action = actionOf("B9", "Gift", "Form", "checkbox", null, { params, state });
  expect(fieldOf({ type: "action", action })).toMatchObject({ type: "choice", start: "false" });
});
