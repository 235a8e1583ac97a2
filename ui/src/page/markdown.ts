import DOMPurify from "dompurify";
import { Marked } from "marked";

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? "");

// Scraped pages are hostile: nothing may load, navigate or style. Links and images become words with their
// address as a title; HTML in the markdown is shown as the text it is.
const marked = new Marked({
  async: false,
  gfm: true,
  renderer: {
    html: ({ text }) => escape(text),
    link({ href, tokens }) {
      return `<u title="${escape(href)}">${this.parser.parseInline(tokens)}</u>`;
    },
    image: ({ href, text }) => `<samp title="${escape(href)}">${escape(text || "image")}</samp>`,
    checkbox: ({ checked }) => (checked ? "[x] " : "[ ] "),
    tablecell(token) {
      const tag = token.header ? "th" : "td";
      return `<${tag}>${this.parser.parseInline(token.tokens)}</${tag}>`;
    },
  },
});

const allowed = {
  ALLOWED_TAGS: [
    ..."h1 h2 h3 h4 h5 h6 p br hr ul ol li blockquote pre code em strong del u samp".split(" "),
    ..."table thead tbody tr th td".split(" "),
  ],
  ALLOWED_ATTR: ["title", "start"],
};

/** Larger markdown is rendered only when asked for, in characters. */
export const LARGE = 400_000;

/** Markdown as HTML in which nothing loads, navigates or styles. */
export function preview(markdown: string): string {
  return DOMPurify.sanitize(marked.parse(markdown) as string, allowed);
}
