import { defaultKeymap } from "@codemirror/commands";
import { html } from "@codemirror/lang-html";
import { typescriptLanguage } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { markdown } from "@codemirror/lang-markdown";
import { pythonLanguage } from "@codemirror/lang-python";
import {
  codeFolding,
  ensureSyntaxTree,
  foldEffect,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  StreamLanguage,
  syntaxHighlighting,
  syntaxTree,
  unfoldAll,
} from "@codemirror/language";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { jsonPathAt } from "./jsonPath";
import { look } from "./look";

export type Language = "json" | "markdown" | "html" | "python" | "typescript" | "shell" | "text";

const languages: Record<Language, () => Extension> = {
  json: () => [json(), codeFolding(), foldGutter(), keymap.of(foldKeymap)],
  // What is read here came from a page: nothing of it is completed, pasted or run.
  markdown: () => markdown({ completeHTMLTags: false, addKeymap: false }),
  html: () => [html({ autoCloseTags: false }), codeFolding(), foldGutter(), keymap.of(foldKeymap)],
  python: () => pythonLanguage,
  typescript: () => typescriptLanguage,
  shell: () => StreamLanguage.define(shell),
  text: () => [],
};

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.tagName, tags.heading], color: "var(--accent)" },
  { tag: [tags.string, tags.attributeValue], color: "var(--live)" },
  {
    tag: [tags.keyword, tags.definitionKeyword, tags.controlKeyword, tags.moduleKeyword],
    color: "var(--link)",
  },
  { tag: [tags.number, tags.bool, tags.null, tags.attributeName], color: "var(--warn)" },
  { tag: [tags.link, tags.url], color: "var(--link)" },
  { tag: tags.heading, fontWeight: "600" },
  { tag: tags.strong, fontWeight: "600" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.processingInstruction, tags.comment, tags.meta], color: "var(--text-3)" },
]);

/** How far a text was scrolled that stood in a host before. */
const places = new WeakMap<HTMLElement, number>();

/** A text to read and search. */
export interface Reader {
  search(): void;
  /** Folds all but the keys of the outermost value. */
  fold(): void;
  unfold(): void;
  destroy(): void;
}

/**
 * Shows a text in a shadow root of `host`: only there the editor adopts its style sheets, which a strict content
 * security policy allows; in the document it would insert a style element. Of a JSON text `onpath` hears the path of
 * the value at the cursor.
 */
export function read(
  host: HTMLElement,
  text: string,
  language: Language,
  label: string,
  onpath?: (path: string) => void,
  opens: "at_start" | "where_it_was" = "at_start",
): Reader {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const parent = document.createElement("div");
  parent.style.height = "100%";
  root.replaceChildren(parent);
  const view = new EditorView({
    root,
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorState.readOnly.of(true),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-readonly": "true",
          dir: "auto",
          tabindex: "0",
        }),
        lineNumbers(),
        highlightSpecialChars(),
        languages[language](),
        syntaxHighlighting(colours),
        search({ top: true }),
        keymap.of([...searchKeymap, ...defaultKeymap]),
        look,
        EditorView.updateListener.of(({ state, selectionSet }) => {
          if (selectionSet && language === "json") onpath?.(jsonPathAt(state, state.selection.main.head));
        }),
      ],
    }),
  });
  if (opens === "where_it_was") view.scrollDOM.scrollTop = places.get(host) ?? 0;
  return {
    search: () => void openSearchPanel(view),
    fold: () => foldInside(view),
    unfold: () => void unfoldAll(view),
    destroy: () => {
      places.set(host, view.scrollDOM.scrollTop);
      view.destroy();
    },
  };
}

const PARSE_MS = 300;

/** Folds the members of the outermost value, so that its keys stand one under another. */
function foldInside(view: EditorView): void {
  const { state } = view;
  const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MS) ?? syntaxTree(state);
  const effects: ReturnType<typeof foldEffect.of>[] = [];
  tree.iterate({
    enter({ name, from, to, node }) {
      const folds = (name === "Object" || name === "Array") && node.parent?.name !== "JsonText";
      if (folds && to - from > 2) effects.push(foldEffect.of({ from: from + 1, to: to - 1 }));
      return !folds;
    },
  });
  view.dispatch({ effects });
}
