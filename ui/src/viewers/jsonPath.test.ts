import { json } from "@codemirror/lang-json";
import { EditorState } from "@codemirror/state";
import { expect, it } from "vitest";
import { jsonPathAt } from "./jsonPath";

const value = {
  page: { title: "Deals" },
  images: [{ url: "a" }, { url: "b", "alt text": [1, 22] }],
  end: null,
};
const doc = JSON.stringify(value, null, 2);
const state = EditorState.create({ doc, extensions: [json()] });
const at = (text: string) => jsonPathAt(state, doc.indexOf(text));

it("a place in a JSON text has the path of its value", () => {
  expect(at('"Deals"')).toBe("$.page.title");
  expect(at('"b"')).toBe("$.images[1].url");
  expect(at("22")).toBe('$.images[1]["alt text"][1]');
  expect(at("null")).toBe("$.end");
  expect(jsonPathAt(state, 0)).toBe("$");
});

it("a key has the path of its value, and so has the indentation before it", () => {
  expect(at('"images"')).toBe("$.images");
  expect(jsonPathAt(state, state.doc.line(3).from)).toBe("$.page.title");
});
