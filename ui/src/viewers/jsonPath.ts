import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";

type SyntaxNode = ReturnType<typeof syntaxTree>["topNode"];

const PARSE_MS = 50;
const VALUES = /^(Object|Array|String|Number|True|False|Null)$/;

/** The path of the JSON value at a place of the text: `$.images[2].url`. */
export function jsonPathAt(state: EditorState, place: number): string {
  const line = state.doc.lineAt(place);
  // In the indentation the line itself is meant.
  const at = Math.max(place, line.from + (/^\s*/.exec(line.text)?.[0].length ?? 0));
  const tree = ensureSyntaxTree(state, at, PARSE_MS) ?? syntaxTree(state);
  let path = "";
  for (let node: SyntaxNode | null = tree.resolveInner(at, 1); node; node = node.parent) {
    if (node.name === "Property") path = keyOf(state, node) + path;
    else if (node.parent?.name === "Array" && VALUES.test(node.name)) path = `[${indexOf(node)}]${path}`;
  }
  return `$${path}`;
}

function keyOf(state: EditorState, property: SyntaxNode): string {
  const name = property.getChild("PropertyName");
  const written = name ? state.sliceDoc(name.from, name.to) : '""';
  const plain = /^"([A-Za-z_$][\w$]*)"$/.exec(written)?.[1];
  return plain === undefined ? `[${written}]` : `.${plain}`;
}

function indexOf(value: SyntaxNode): number {
  let index = 0;
  for (let before = value.prevSibling; before; before = before.prevSibling)
    if (VALUES.test(before.name)) index += 1;
  return index;
}
