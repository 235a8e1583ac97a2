import { EditorView } from "@codemirror/view";

const field = {
  background: "var(--ground)",
  color: "var(--text)",
  border: "1px solid var(--line-strong)",
  borderRadius: "var(--radius)",
  fontSize: "12px",
  height: "26px",
};

/** The tokens of the window; custom properties reach into a shadow root, style sheets do not. */
export const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12px", color: "var(--text)", background: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
  ".cm-content": { caretColor: "var(--accent)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  ".cm-line": { padding: "0 14px 0 6px", overflowWrap: "anywhere" },
  ".cm-gutters": { background: "transparent", border: "0", color: "var(--text-3)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "34px", padding: "0 6px 0 8px" },
  ".cm-foldGutter .cm-gutterElement": { cursor: "pointer", padding: "0 2px" },
  ".cm-foldPlaceholder": {
    background: "var(--raised)",
    border: "1px solid var(--line)",
    color: "var(--text-2)",
    margin: "0 2px",
    padding: "0 6px",
  },
  ".cm-searchMatch": { background: "var(--warn-soft)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { background: "var(--accent-soft)", outline: "2px solid var(--accent)" },
  ".cm-panels": { background: "var(--surface)", color: "var(--text)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "6px",
    padding: "8px 32px 8px 12px",
    fontFamily: "var(--font)",
  },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-panel.cm-search label": {
    display: "inline-flex",
    alignItems: "center",
    gap: "4px",
    fontSize: "12px",
    margin: "0",
  },
  ".cm-panel.cm-search input, .cm-panel.cm-search button": { margin: "0" },
  ".cm-panel.cm-search [name=close]": {
    color: "var(--text-2)",
    fontSize: "16px",
    top: "10px",
    right: "12px",
    cursor: "pointer",
  },
  ".cm-textfield": { ...field, padding: "0 8px" },
  ".cm-button": { ...field, background: "var(--raised)", backgroundImage: "none", padding: "0 8px" },
  ".cm-button:active": { backgroundImage: "none", background: "var(--raised-hover)" },
});
