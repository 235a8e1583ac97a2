import DOMPurify from "dompurify";
import { Marked } from "./gfm";
import type { Scraped } from "../backend/backend";
import { inTurns, partsOf } from "./parts";
import { absolute } from "./reading";

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

const kept = {
  ALLOWED_TAGS: [...allowed.ALLOWED_TAGS, "a"],
  ALLOWED_ATTR: [...allowed.ALLOWED_ATTR, "href"],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
};

/** Markdown as HTML in which nothing loads, navigates or styles. */
export function preview(markdown: string): string {
  return DOMPurify.sanitize(marked.parse(markdown) as string, allowed);
}

/** A scraped page as a document to keep: its links lead where they led, and nothing in it loads or runs. */
export async function documentOf({
  title,
  url,
  markdown,
}: Pick<Scraped, "title" | "url" | "markdown">): Promise<string> {
  const linked = new Marked({
    async: false,
    gfm: true,
    renderer: {
      html: ({ text }) => escape(text),
      link({ href, tokens }) {
        return `<a href="${escape(absolute(href, url))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image: ({ href, text }) => `<a href="${escape(absolute(href, url))}">${escape(text || "image")}</a>`,
      checkbox: ({ checked }) => (checked ? "[x] " : "[ ] "),
    },
  });
  const body: string[] = [];
  await inTurns(partsOf(markdown), ({ text, continues }) => {
    const html = DOMPurify.sanitize(linked.parse(text) as string, kept);
    const before = body.at(-1);
    const seam = continues && seams[continues];
    if (seam && before !== undefined && seam.end.test(before) && seam.begin.test(html))
      body.splice(-1, 1, before.replace(seam.end, ""), html.replace(seam.begin, ""));
    else body.push(html);
  });
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>${escape(title || url)}</title>
</head>
<body>
<p><a href="${escape(url)}">${escape(url)}</a></p>
${body.join("")}
</body>
</html>
`;
}

/** What stands between two parts of one table or of one piece of code. */
const seams = {
  table: { end: /<\/tbody>\s*<\/table>\s*$/, begin: /^\s*<table>[\s\S]*?<\/thead>\s*<tbody>/ },
  code: { end: /<\/code><\/pre>\s*$/, begin: /^\s*<pre><code[^>]*>/ },
};
