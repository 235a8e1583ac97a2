// Writes what can be seen as plain HTML: absolute links, shadow roots and same-origin frames in place, nothing
// hidden, no script, no control. Size and depth are capped here because readers of HTML are slow on deep trees.
const MOST_HTML = 5000000;
const MOST_DEPTH = 512;
const MOST_IMAGES = 1000;
const FRAME_MARK = '\u0000';

const DROPPED = new Set(['script', 'style', 'noscript', 'template', 'button', 'input', 'select', 'textarea', 'option',
  'datalist', 'canvas', 'svg', 'object', 'embed', 'video', 'audio', 'link', 'meta', 'head', 'progress', 'meter', 'map']);
const AROUND = new Set(['nav', 'aside', 'dialog', 'menu']);
const AROUND_ROLES = new Set(['navigation', 'banner', 'contentinfo', 'complementary', 'dialog', 'alertdialog', 'search',
  'menu', 'menubar', 'toolbar']);
const VOID = new Set(['br', 'hr', 'img', 'wbr', 'col']);
const KEPT = new Set(['a', 'abbr', 'address', 'article', 'aside', 'b', 'blockquote', 'br', 'caption', 'cite', 'code', 'col',
  'colgroup', 'dd', 'del', 'details', 'dfn', 'div', 'dl', 'dt', 'em', 'figcaption', 'figure', 'footer', 'h1', 'h2', 'h3',
  'h4', 'h5', 'h6', 'header', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'main', 'mark', 'nav', 'ol', 'p', 'pre', 'q', 's',
  'samp', 'section', 'small', 'span', 'strong', 'sub', 'summary', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead',
  'time', 'tr', 'u', 'ul', 'var', 'wbr']);
const INLINE_UNKNOWN = new Set(['label', 'font', 'slot', 'big', 'tt', 'bdi', 'bdo', 'data', 'output', 'nobr', 'ruby']);

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const absolute = (address, base) => {
  try {
    const url = new URL(address, base);
    return ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol) ? url.href : null;
  } catch { return null; }
};

const imageAddress = (img) => {
  const base = img.ownerDocument.baseURI;
  const shown = img.currentSrc || attr(img, 'src') || '';
  // Pages that load late show a placeholder and keep the address aside.
  const late = attr(img, 'data-src') || attr(img, 'data-original') || attr(img, 'data-lazy-src');
  return absolute(shown.startsWith('data:') || !shown ? late ?? '' : shown, base);
};

const attributesOf = (el, tag) => {
  let text = '';
  const give = (name, value) => { if (value) text += ` ${name}="${escaped(String(value).slice(0, 4000))}"`; };
  if (tag === 'a') give('href', absolute(attr(el, 'href') ?? '', el.ownerDocument.baseURI));
  if (tag === 'img') { give('src', imageAddress(el)); give('alt', attr(el, 'alt')); }
  for (const name of ['title', 'colspan', 'rowspan', 'start', 'datetime', 'align']) if (hasAttr(el, name)) give(name, attr(el, name));
  give('class', squash(attr(el, 'class')));
  give('id', squash(attr(el, 'id'), 100));
  return text;
};

const isAround = (el, tag) => {
  if (AROUND.has(tag) || AROUND_ROLES.has(attr(el, 'role') ?? '')) return true;
  // The header of an article holds its heading; that of the page holds the logo.
  return (tag === 'header' || tag === 'footer')
    && !ancestor(parentSeen(el), (node) => ['article', 'main', 'section'].includes(tagOf(node)));
};

const isUnseen = (el, style) => {
  if (style.display === 'none') return true;
  if (style.position !== 'absolute' && style.position !== 'fixed') return false;
  return of(el, 'offsetWidth') <= 1 && of(el, 'offsetHeight') <= 1 && style.overflow === 'hidden';
};

const childrenSeen = (el) => {
  if (tagOf(el) === 'slot') {
    const given = el.assignedNodes();
    if (given.length) return given;
  }
  const nodes = [];
  for (let c = firstChildOf.call(of(el, 'shadowRoot') ?? el); c; c = nextSiblingOf.call(c)) nodes.push(c);
  return nodes;
};

const write = (scope, wish, start) => {
  const parts = [];
  let size = 0;
  let text = 0;
  let cut = false;
  const out = (piece) => {
    size += piece.length;
    if (size > MOST_HTML) { cut = true; return; }
    parts.push(piece);
  };
  // A string is a tag to be closed later.
  const stack = [];
  const push = (nodes, depth, pre) => { for (let i = nodes.length - 1; i >= 0; i -= 1) stack.push({ node: nodes[i], depth, pre }); };
  if (start) push([start], 0, false);
  while (stack.length) {
    const { node, depth, pre, close } = stack.pop();
    if (close) { parts.push(close); continue; }
    if (cut) continue;
    if (nodeTypeOf.call(node) === 3) {
      const parent = parentSeen(node);
      if (!parent || styleOf(parent)?.visibility !== 'visible') continue;
      const said = node.data.replaceAll(FRAME_MARK, '');
      const words = pre ? said : said.replace(/\s+/g, ' ');
      text += words.trim().length;
      out(escaped(words));
      continue;
    }
    if (!isElement(node)) continue;
    const tag = tagOf(node);
    if (DROPPED.has(tag) || wish.ignored.includes(tag)) continue;
    const style = styleOf(node);
    if (!style || isUnseen(node, style)) continue;
    if (style.display !== 'contents' && tag !== 'slot' && !from(node, 'checkVisibility')) continue;
    if (scope === 'main' && node !== start && isAround(node, tag)) continue;
    const frame = frameDocument(node);
    if (frame) {
      if (frame.body) push([frame.body], depth + 1, false);
      continue;
    }
    if (tag === 'iframe' || tag === 'frame') {
      // Its content is read in its own world and put here; no text can hold this character.
      if (scope === 'all') out(`${FRAME_MARK}${escaped(cssOf(node, lastCounts.get(node.getRootNode()) ?? new Map()))}${FRAME_MARK}`);
      continue;
    }
    // An empty alternative text says that the image tells nothing.
    if (tag === 'img' && (attr(node, 'alt') === '' || !imageAddress(node))) continue;
    const name = tag === 'a' && !wish.links ? 'span' : KEPT.has(tag) ? tag : tag === 'body' || INLINE_UNKNOWN.has(tag) ? null
      : style.display.startsWith('inline') || style.display === 'contents' ? 'span' : 'div';
    const open = name !== null && depth < MOST_DEPTH;
    if (open) out(`<${name}${attributesOf(node, tag)}>`);
    if (VOID.has(tag)) continue;
    if (open) stack.push({ close: `</${name}>` });
    push(childrenSeen(node), open ? depth + 1 : depth, pre || tag === 'pre');
  }
  return { html: parts.join(''), text, cut };
};

// A page whose text is mostly many alike siblings with links: results, products, a forum's index.
const isList = (all) => {
  const groups = new Map();
  const main = document.querySelector('main, [role="main"]') ?? document.body;
  for (const link of Array.from(main?.querySelectorAll('a[href]') ?? []).slice(0, 3000)) {
    if (!link.checkVisibility() || ancestor(link, (n) => isAround(n, tagOf(n)))) continue;
    for (let node = link, up = 0; up < 6 && parentSeen(node) && node !== main; node = parentSeen(node), up += 1) {
      if (tagOf(node) === 'p') break;
      const alike = `${tagOf(node)}.${(attr(node, 'class') ?? '').trim().split(/\s+/)[0]}`;
      const parent = parentSeen(node);
      if (!groups.has(parent)) groups.set(parent, new Map());
      const kinds = groups.get(parent);
      if (!kinds.has(alike)) kinds.set(alike, new Set());
      kinds.get(alike).add(node);
    }
  }
  for (const kinds of groups.values()) {
    for (const nodes of kinds.values()) {
      if (nodes.size < 6) continue;
      let text = 0;
      for (const node of nodes) text += squash(node.textContent, 2000).length;
      if (text > all * 0.5) return true;
    }
  }
  return false;
};

const imageKind = (img, address) => {
  const rect = img.getBoundingClientRect();
  const small = Math.max(rect.width, rect.height) <= 64;
  if (/\.svg$/i.test(new URL(address).pathname)) return small ? 'svg_icon' : 'svg_content';
  if (attr(img, 'alt') === '') return 'decorative';
  return small ? 'icon' : 'content_image';
};
const images = (scope, wish, start) => {
  const found = new Map();
  const roots = [document];
  while (roots.length && found.size < MOST_IMAGES) {
    for (const el of roots.shift().querySelectorAll('*')) {
      const shadow = of(el, 'shadowRoot');
      if (shadow) roots.push(shadow);
      const frame = frameDocument(el);
      if (frame) roots.push(frame);
      if (tagOf(el) !== 'img' || !el.checkVisibility({ visibilityProperty: true })) continue;
      if (wish.selector !== null && !holds(start, el)) continue;
      if (ancestor(el, (node) => wish.ignored.includes(tagOf(node)))) continue;
      if (scope === 'main' && ancestor(el, (node) => isAround(node, tagOf(node)))) continue;
      const url = imageAddress(el);
      if (url && !found.has(url)) found.set(url, { url, category: imageKind(el, url), alt: squash(attr(el, 'alt')) || null });
      if (found.size >= MOST_IMAGES) break;
    }
  }
  return Array.from(found.values());
};

// The first element that a selector matches, in the document before its open shadow roots.
const firstOf = (selector) => {
  for (const root of [document, ...openRoots(document)]) {
    const found = queryAll(root, selector)[0];
    if (found) return found;
  }
  return null;
};

const scrape = (scope, wish) => {
  forgetPlaces();
  let start = document.body;
  if (wish.selector !== null) {
    try { start = firstOf(wish.selector); } catch { return { position: position(), wrong: 'is not a CSS selector' }; }
    if (!start) return { position: position(), wrong: 'matches nothing on this page' };
  }
  const { html, text, cut } = write(scope, wish, start);
  const heading = Array.from(document.querySelectorAll('h1')).slice(0, 5).find(canBeSeen);
  return {
    position: position(), html, text, cut,
    heading: heading && holds(start, heading) ? textOf(heading) : '',
    list: scope === 'main' && (wish.selector !== null || isList(text)),
    images: wish.images ? images(scope, wish, start) : null,
  };
};
