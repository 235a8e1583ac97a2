// Writes what can be seen as plain HTML: absolute links, shadow roots and same-origin frames in place, nothing
// hidden, no script, no control. Size and depth are capped here because readers of HTML are slow on deep trees.
const MOST_HTML = 5000000;
const MOST_DEPTH = 512;
const MOST_IMAGES = 1000;
const FRAME_MARK = '\u0000';

const DROPPED = new Set(['script', 'style', 'noscript', 'template', 'select', 'textarea', 'option', 'datalist', 'canvas', 'svg',
  'object', 'embed', 'video', 'audio', 'link', 'meta', 'head', 'progress', 'meter', 'map']);
// A banner is known by its button and a form by its fields; what they say is not written.
const MARKED = new Set(['button', 'input']);
const AROUND = new Set(['nav', 'aside', 'dialog', 'menu']);
const AROUND_ROLES = new Set(['navigation', 'banner', 'contentinfo', 'complementary', 'dialog', 'alertdialog', 'search',
  'menu', 'menubar', 'toolbar']);
const VOID = new Set(['br', 'hr', 'img', 'wbr', 'col', 'input']);
const KEPT = new Set(['a', 'abbr', 'address', 'article', 'aside', 'b', 'blockquote', 'br', 'button', 'caption', 'cite', 'code', 'col',
  'colgroup', 'dd', 'del', 'details', 'dfn', 'dialog', 'div', 'dl', 'dt', 'em', 'fieldset', 'figcaption', 'figure', 'footer', 'form',
  'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'i', 'img', 'input', 'ins', 'kbd', 'li', 'main', 'mark', 'math', 'menu',
  'mjx-container', 'nav', 'ol', 'p', 'pre', 'q', 's', 'samp', 'section', 'small', 'span', 'strong', 'sub', 'summary', 'sup', 'table',
  'tbody', 'td', 'tfoot', 'th', 'thead', 'time', 'tr', 'u', 'ul', 'var', 'wbr']);
const INLINE_UNKNOWN = new Set(['label', 'font', 'slot', 'big', 'tt', 'bdi', 'bdo', 'data', 'output', 'nobr', 'ruby']);
const GIVEN = new Set(['title', 'colspan', 'rowspan', 'start', 'datetime', 'align', 'role', 'type', 'lang', 'itemprop', 'itemscope', 'itemtype',
  'data-lang', 'data-language', 'data-latex', 'display', 'alttext', 'aria-label', 'itemid', 'itemref']);

const SIGNS = /[&<>"]/;
const escaped = (text) => !SIGNS.test(text) ? text
  : text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const PROTOCOLS = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const absolute = (address, base) => {
  try {
    const url = new URL(address, base);
    return PROTOCOLS.has(url.protocol) ? url.href : null;
  } catch { return null; }
};

const protocolOf = getter(HTMLAnchorElement.prototype, 'protocol');
const hrefOf = getter(HTMLAnchorElement.prototype, 'href');
// What the browser has read already need not be read again.
const linkOf = (a) => {
  if (a.namespaceURI !== 'http://www.w3.org/1999/xhtml') return absolute(attr(a, 'href'), a.ownerDocument.baseURI);
  return PROTOCOLS.has(protocolOf.call(a)) ? hrefOf.call(a) : null;
};

// Pages that load late show a placeholder and keep the address aside.
const LATE = ['data-src', 'data-original', 'data-lazy-src', 'data-lazy', 'data-url'];
// The widest of a set of sources; without a width the comma is the address's last sign.
const widest = (set) => {
  let best = null;
  let most = -1;
  for (const [, address, said] of (set ?? '').matchAll(/([^\s,]\S*[^\s,]|[^\s,])\s*([^,]*)(?:,|$)/g)) {
    const size = parseFloat(said) || 1;
    if (size > most && !address.startsWith('data:')) { best = address; most = size; }
  }
  return best;
};
const imageAddress = (img, base = img.ownerDocument.baseURI) => {
  const shown = img.currentSrc || attr(img, 'src') || '';
  if (shown && !shown.startsWith('data:') && !/placeholder|blank\.gif|spacer\.gif|1x1/i.test(shown)) return absolute(shown, base);
  for (const name of LATE) {
    const late = attr(img, name);
    if (late && !late.startsWith('data:')) return absolute(late, base);
  }
  const sets = [img, ...Array.from(img.closest('picture')?.querySelectorAll('source') ?? [])];
  for (const of of sets) {
    const found = widest(attr(of, 'srcset')) ?? widest(attr(of, 'data-srcset'));
    if (found) return absolute(found, base);
  }
  return shown && !shown.startsWith('data:') ? absolute(shown, base) : null;
};
// An image without words for those who cannot see it decorates, unless it is as large as a picture.
const isPicture = (img) => {
  if (attr(img, 'alt') !== '') return true;
  const rect = img.getBoundingClientRect();
  return rect.width >= 120 && rect.height >= 60;
};

// Some pages keep a picture for those who run no scripts, and show it by a script; what counts visits looks alike, but is tiny.
const MOST_ASIDE = 4000;
const imageAside = (el) => {
  const html = el.textContent;
  if (!html.includes('<img') || html.length > MOST_ASIDE) return null;
  const beside = [el.previousElementSibling, el.nextElementSibling];
  if (beside.some((one) => one && (tagOf(one) === 'img' || tagOf(one) === 'picture') && imageAddress(one.querySelector('img') ?? one))) return null;
  try {
    const img = new DOMParser().parseFromString(html, 'text/html').querySelector('img');
    const tiny = ['width', 'height'].some((name) => parseFloat(attr(img, name) ?? '') <= 2) || /display:\s*none/.test(attr(img, 'style') ?? '');
    const url = tiny ? null : imageAddress(img, el.ownerDocument.baseURI);
    return url && { url, alt: attr(img, 'alt') };
  } catch { return null; }
};

const attributesOf = (el, tag) => {
  let text = '';
  // In single quotes, since all of it becomes JSON.
  const give = (name, value) => { if (value) text += ` ${name}='${escaped(String(value).slice(0, 4000)).replaceAll("'", '&#39;')}'`; };
  if (tag === 'img') { give('src', imageAddress(el)); give('alt', attr(el, 'alt')); }
  if (tag === 'input' && el.type === 'checkbox') { give('checked', el.checked); give('disabled', el.disabled); }
  if (!hasAny(el)) return text;
  for (const name of Element.prototype.getAttributeNames.call(el)) {
    if (name === 'class') give(name, squash(attr(el, name)));
    else if (name === 'id') give(name, squash(attr(el, name), 100));
    else if (name === 'href') { if (tag === 'a') give(name, linkOf(el)); }
    else if (name === 'content' || name === 'value') { if (hasAttr(el, 'itemprop')) give(name, attr(el, name)); }
    else if (GIVEN.has(name)) give(name, attr(el, name) || (name === 'itemscope' ? 'itemscope' : ''));
  }
  return text;
};

const isAround = (el, tag) => {
  if (AROUND.has(tag) || AROUND_ROLES.has(attr(el, 'role') ?? '')) return true;
  // The header of an article holds its heading; that of the page holds the logo.
  return (tag === 'header' || tag === 'footer')
    && !ancestor(parentSeen(el), (node) => ['article', 'main', 'section'].includes(tagOf(node)));
};

const isTiny = (el, style) => of(el, 'offsetWidth') <= 1 && of(el, 'offsetHeight') <= 1 && style.overflow === 'hidden';
// What is displayed so stands where it is written; asking for the position of each is slow.
const IN_PLACE = new Set(['inline', 'inline-block', 'contents', 'table-cell', 'table-row', 'table-row-group']);
const seenBy = { visibilityProperty: true };
const isTextSeen = ({ el, style, folded, boxless }) => {
  if (folded || boxless) return style.visibility === 'visible';
  return from(el, 'checkVisibility', seenBy);
};

// A formula is written as its source, which nobody sees, and its signs.
const formula = (math) => {
  const note = math.querySelector('annotation[encoding*="tex" i]');
  const source = note ? `<annotation encoding="application/x-tex">${escaped(note.textContent.slice(0, 4000))}</annotation>` : '';
  return `<math${attributesOf(math, 'math')}>${source}${note ? '' : escaped(squash(math.textContent, 2000))}</math>`;
};
const isFormula = (el) => /(^|\s)(katex-mathml|mwe-math-mathml-\S+)(\s|$)/.test(attr(el, 'class') ?? '')
  || tagOf(el) === 'mjx-assistive-mml';

// Frames of other sites that are as large as content; smaller ones are advertisements and buttons.
const isContentFrame = (frame) => {
  const rect = frame.getBoundingClientRect();
  const view = viewOf(frame);
  return rect.height >= 260 && rect.width >= Math.min(480, view.innerWidth * 0.6);
};

// The elements that were written, by the numbers they were written with.
const MOST_NUMBERED = 100000;
let numbered = [];

const lastChildOf = getter(Node.prototype, 'lastChild');
const previousSiblingOf = getter(Node.prototype, 'previousSibling');

const write = (scope, wish, start) => {
  const parts = [];
  let size = 0, deep = 0;
  let cut = false;
  const out = (piece) => {
    size += piece.length;
    if (size > MOST_HTML) { cut = true; return; }
    parts.push(piece);
  };
  // What is to be written next is at the end, with what it is in; a string is a tag that closes.
  const stack = [], around = [];
  const push = (node, within) => { stack.push(node); around.push(within); };
  const pushInside = (el, tag, within) => {
    if (tag === 'slot') {
      const given = el.assignedNodes();
      if (given.length) {
        for (let i = given.length - 1; i >= 0; i -= 1) push(given[i], within);
        return;
      }
    }
    const inside = shadowRootOf.call(el) ?? el;
    for (let c = lastChildOf.call(inside); c; c = previousSiblingOf.call(c)) push(c, within);
  };
  const top = { depth: 0, pre: false, folded: false, view: start && viewOf(start) };
  if (start && (tagOf(start) === 'body' || from(start, 'checkVisibility') || styleOf(start)?.display === 'contents')) {
    push(start, top);
  }
  while (stack.length) {
    const node = stack.pop();
    const within = around.pop();
    if (typeof node === 'string') { parts.push(node); continue; }
    if (cut) continue;
    const { depth, pre, folded, view } = within;
    const kind = nodeTypeOf.call(node);
    if (kind === 3) {
      const said = node.data.replaceAll(FRAME_MARK, '');
      const words = pre ? said : said.replace(/\s+/g, ' ');
      // Asking for a style is slow, and a space can be seen nowhere.
      if (words !== ' ' && !(within.seen ??= within.el !== undefined && isTextSeen(within))) continue;
      out(escaped(words));
      continue;
    }
    if (kind !== 1) continue;
    const tag = tagOf(node);
    if (tag === 'script' && /^math\/tex/.test(attr(node, 'type') ?? '')) {
      out(`<script type="${escaped(attr(node, 'type'))}">${node.textContent.slice(0, 4000).replace(/<\//g, '')}</script>`);
      continue;
    }
    if (wish.head && (tag === 'meta' || tag === 'link') && hasAttr(node, 'itemprop')) {
      const said = attr(node, 'content') ?? absolute(attr(node, 'href') ?? '', document.baseURI) ?? '';
      out(`<meta itemprop="${escaped(attr(node, 'itemprop'))}" content="${escaped(said.slice(0, 4000))}">`);
      continue;
    }
    if (tag === 'noscript' && within.el && !wish.ignored.includes('img') && from(within.el, 'checkVisibility')) {
      const aside = imageAside(node);
      if (aside) out(`<img src="${escaped(aside.url)}" alt="${escaped(aside.alt ?? '')}">`);
    }
    if (DROPPED.has(tag) || wish.ignored.includes(tag)) continue;
    if (tag === 'math') { out(formula(node)); continue; }
    const style = styleOf(node, view);
    const spoken = isFormula(node);
    if (!style) continue;
    const { display } = style;
    if (display === 'none' && !spoken) continue;
    const placed = IN_PLACE.has(display) ? '' : style.position;
    if ((placed === 'absolute' || placed === 'fixed') && isTiny(node, style) && !spoken) continue;
    const frame = frameDocument(node);
    if (frame) {
      if (frame.body && (folded || from(node, 'checkVisibility'))) {
        push(frame.body, { depth: depth + 1, pre: false, folded, view: defaultViewOf.call(frame) });
      }
      continue;
    }
    if (tag === 'iframe' || tag === 'frame') {
      // Its content is read in its own world and put here; no text can hold this character.
      const counts = lastCounts.get(node.getRootNode()) ?? new Map();
      if (scope === 'all' || isContentFrame(node)) out(`${FRAME_MARK}${escaped(cssOf(node, counts))}${FRAME_MARK}`);
      continue;
    }
    if (tag === 'img' && (!(folded || from(node, 'checkVisibility')) || !isPicture(node) || !imageAddress(node))) continue;
    const name = KEPT.has(tag) || (tag === 'data' && hasAttr(node, 'itemprop')) ? tag : tag === 'body' || INLINE_UNKNOWN.has(tag) ? null
      : display.startsWith('inline') || display === 'contents' ? 'span' : 'div';
    const open = name !== null && depth < MOST_DEPTH;
    const over = placed === 'fixed' ? ' data-notex-over="fixed"' : '';
    const number = open && wish.numbered && numbered.length < MOST_NUMBERED ? ` data-notex-n="${numbered.push(node) - 1}"` : '';
    if (open) out(`<${name}${attributesOf(node, tag)}${over}${number}>`);
    if (VOID.has(tag)) continue;
    if (open) push(`</${name}>`, null);
    if (MARKED.has(tag)) continue;
    // What is folded away is still what the page says; a tab that is not open is not.
    const folds = folded || (tag === 'details' && !node.open);
    deep = Math.max(deep, depth + 1);
    pushInside(node, tag, {
      el: node, style, view, boxless: display === 'contents' || tag === 'slot',
      depth: open ? depth + 1 : depth, pre: pre || tag === 'pre', folded: folds,
    });
  }
  return { html: parts.join(''), cut, deep };
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
      const tag = tagOf(el);
      if (tag === 'noscript' ? !el.parentElement?.checkVisibility() : tag !== 'img' || !el.checkVisibility({ visibilityProperty: true })) continue;
      if (wish.selector !== null && !holds(start, el)) continue;
      if (ancestor(el, (node) => wish.ignored.includes(tagOf(node)))) continue;
      if (scope === 'main' && ancestor(el, (node) => isAround(node, tagOf(node)))) continue;
      const aside = tag === 'noscript' ? imageAside(el) : null;
      const url = tag === 'noscript' ? aside?.url : imageAddress(el);
      const category = aside ? 'content_image' : url && imageKind(el, url);
      if (url && !found.has(url)) found.set(url, { url, category, alt: squash(aside ? aside.alt : attr(el, 'alt')) || null });
      if (found.size >= MOST_IMAGES) break;
    }
  }
  return Array.from(found.values());
};

// What the page says about itself, for programs.
const MOST_SAID = 400000;
const headOf = () => {
  const parts = [];
  let size = 0;
  const out = (piece) => { size += piece.length; if (size <= MOST_SAID) parts.push(piece); };
  const given = (el, names) => names.filter((name) => hasAttr(el, name)).map((name) => ` ${name}="${escaped(attr(el, name).slice(0, 4000))}"`).join('');
  if (document.querySelector('base[href]')) out(`<base href="${escaped(document.baseURI)}">`);
  for (const meta of queryAll(document, 'meta[name], meta[property], meta[http-equiv]')) out(`<meta${given(meta, ['name', 'property', 'http-equiv', 'content'])}>`);
  for (const link of queryAll(document, 'link[rel~="canonical" i], link[rel~="next" i], link[rel~="prev" i], link[rel~="previous" i]')) {
    const to = absolute(attr(link, 'href') ?? '', document.baseURI);
    if (to) out(`<link rel="${escaped(attr(link, 'rel'))}" href="${escaped(to)}">`);
  }
  for (const script of queryAll(document, 'script[type="application/ld+json" i]')) {
    out(`<script type="application/ld+json">${script.textContent.replace(/<\//g, '<\\/')}</script>`);
  }
  return parts.join('');
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
  forgetCells();
  numbered = [];
  let start = document.body;
  if (wish.selector !== null) {
    try { start = firstOf(wish.selector); } catch { return { position: position(), wrong: 'is not a CSS selector' }; }
    if (!start) return { position: position(), wrong: 'matches nothing on this page' };
  }
  const { html, cut, deep } = write(scope, wish, start);
  return {
    position: position(), html, cut, deep, part: wish.selector !== null,
    head: wish.head ? headOf() : '', lang: attr(document.documentElement, 'lang') ?? '',
    images: wish.images ? images(scope, wish, start) : null,
  };
};
