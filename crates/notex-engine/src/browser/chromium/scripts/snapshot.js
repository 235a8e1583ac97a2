// The page as one document that can be looked at again: as it stands now, with what fields hold, and without scripts.
// Pictures, style sheets of links and frames of other origins are left as marks, which the engine fills.
const WITHOUT_END = new Set(['area', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'wbr']);
// They run, load, or would swallow what comes behind them.
const LEFT_OUT = new Set(['script', 'noscript', 'base', 'object', 'embed', 'applet', 'template', 'noembed', 'noframes',
  'source', 'track', 'param', 'portal', 'fencedframe', 'plaintext', 'xmp', 'animate', 'set']);
const LEFT_OUT_ATTRS = new Set(['srcdoc', 'srcset', 'imagesrcset', 'integrity', 'nonce', 'ping', 'action', 'formaction',
  'manifest', 'autofocus', 'autoplay', 'http-equiv', 'background', 'data', 'value', 'checked', 'selected']);
const WEB = /^(https?|mailto|tel):/i;
const IN_CSS = /url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^)"'\s]+))\s*\)/g;
const MOST_DEEP = 8;
// An element can take the name of anything that a document has.
const ofDocument = (page, name) => Reflect.get(Document.prototype, name, page);
const baseOf = getter(Node.prototype, 'baseURI');

const snapshot = (mark, mostChars, mostMillis) => {
  const until = performance.now() + mostMillis;
  const resources = [], frames = [], places = new Map();
  let chars = 0, late = null, nodes = 0;
  const tooMuch = () => {
    if (late) return true;
    if (chars > mostChars) late = 'what comes behind its first ' + Math.round(mostChars / 1e6) + ' MB';
    else if (++nodes % 200 === 0 && performance.now() > until) late = 'what could not be read within ' + mostMillis + ' ms';
    return late !== null;
  };
  const absolute = (address, base) => { try { return new URL(address, base).href; } catch { return null; } };
  // A mark names a resource, and how many attributes it stands inside of.
  const resource = (kind, url, deep) => {
    const name = `${kind} ${url}`;
    if (!places.has(name)) { places.set(name, resources.length); resources.push({ kind, url }); }
    return `${mark}r${places.get(name)}.${deep}~`;
  };
  const text = (value) => String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/\0/g, '');
  const quoted = (value) => String(value).replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/\0/g, '');
  const inCss = (css, base, deep) => css.replace(IN_CSS, (whole, a, b, c) => {
    const said = (a ?? b ?? c ?? '').replace(/\\(.)/g, '$1');
    if (/^(data:|#)/i.test(said)) return whole;
    const url = absolute(said, base);
    return url ? `url("${resource('image', url, deep)}")` : 'none';
  });
  const inStyle = (css) => css.replace(/<\//g, '<\\/').replace(/<!--/g, '<\\!--');
  const rulesOf = (sheet, base, deep, nested = 0) => {
    let rules;
    try { rules = sheet.cssRules; } catch { return ''; }
    let css = '';
    for (const rule of rules) {
      if (tooMuch()) break;
      if (rule.type !== 3) { css += inCss(rule.cssText, sheet.href ?? base, deep) + '\n'; continue; }
      const inner = rule.styleSheet && nested < 4 ? rulesOf(rule.styleSheet, rule.href, deep, nested + 1) : '';
      css += rule.media.mediaText ? `@media ${rule.media.mediaText} {\n${inner}}\n` : inner;
    }
    return css;
  };
  const styles = (sheets, base, deep) => Array.from(sheets ?? [])
    .map((sheet) => (sheet.disabled ? '' : `<style media="${quoted(sheet.media?.mediaText ?? '')}">${inStyle(rulesOf(sheet, base, deep))}</style>`))
    .join('');

  const attributes = (el, tag, base, deep) => {
    let out = '';
    for (const { name, value } of Array.from(of(el, 'attributes'))) {
      const plain = name.toLowerCase();
      if (plain.startsWith('on') || plain.startsWith('data-notex-') || LEFT_OUT_ATTRS.has(plain) || !/^[^\s"'<>/=]+$/.test(name)) continue;
      if (tag === 'meta' && plain === 'charset') continue;
      if (plain === 'style') { out += ` style="${quoted(inCss(value, base, deep))}"`; continue; }
      if (plain === 'href' || plain === 'xlink:href') {
        if (tag === 'a' || tag === 'area') {
          const url = absolute(value, base);
          if (url && WEB.test(url)) out += ` href="${quoted(url)}"`;
        } else if (tag === 'image' || tag === 'feimage') {
          const url = absolute(value, base);
          if (url) out += ` href="${/^data:image\//i.test(url) ? quoted(url) : resource('image', url, deep)}"`;
        } else if (value.startsWith('#')) out += ` ${name}="${quoted(value)}"`;
        continue;
      }
      if (plain === 'src' || plain === 'poster') {
        const shown = tag === 'img' || (tag === 'input' && el.type === 'image') || plain === 'poster';
        const url = shown && absolute((tag === 'img' && el.currentSrc) || value, base);
        if (url) out += ` ${plain}="${/^data:image\//i.test(url) ? quoted(url) : resource('image', url, deep)}"`;
        continue;
      }
      if (plain === 'sizes' && tag === 'img') continue;
      // What colours and filters of SVG refer to is in the page.
      out += ` ${name}="${quoted(/url\(/i.test(value) && plain !== 'title' ? inCss(value, base, deep) : value)}"`;
    }
    if (tag === 'input') {
      // A password is nobody's business; that there is one can be seen.
      const held = el.type === 'password' ? (el.value ? '••••••••' : '') : el.type === 'file' ? '' : el.value;
      out += ` value="${quoted(held)}"`;
      if (el.checked) out += ' checked';
    } else if (tag === 'option') {
      if (hasAttr(el, 'value')) out += ` value="${quoted(attr(el, 'value'))}"`;
      if (el.selected) out += ' selected';
    } else if (hasAttr(el, 'value') && tag !== 'form') out += ` value="${quoted(attr(el, 'value'))}"`;
    const top = of(el, 'scrollTop'), left = of(el, 'scrollLeft');
    if (top || left) out += ` data-notex-scroll="${Math.round(left)} ${Math.round(top)}"`;
    return out;
  };

  // What was read from it, and where it stands in the viewport. It comes first, where no attribute of the page can be.
  const cellOf = (el) => {
    if (!cells.has(el)) return '';
    const { x, y, width, height } = rectOf(el);
    return ` data-notex-cell="${quoted(cells.get(el))}" data-notex-box="${[x, y, width, height].map(Math.round).join(' ')}"`;
  };
  const parts = [];
  const write = (...all) => { for (const part of all) { chars += part.length; parts.push(part); } };
  const children = (node, base, deep) => {
    for (let child = firstChildOf.call(node); child && !tooMuch(); child = nextSiblingOf.call(child)) one(child, base, deep);
  };
  // A document in an attribute is written apart, since all of it is quoted.
  const quotedDocument = (inner, deep) => {
    const from = parts.length;
    whole(inner, deep);
    return quoted(parts.splice(from).join(''));
  };
  const one = (node, base, deep) => {
    const type = nodeTypeOf.call(node);
    if (type === 3) {
      write(text(node.data));
      return;
    }
    if (type !== 1) return;
    const tag = tagOf(node), plain = tag.toLowerCase();
    if (LEFT_OUT.has(plain)) return;
    if (plain === 'meta' && (hasAttr(node, 'http-equiv') || !hasAttr(node, 'name'))) return;
    if (plain === 'link') {
      const sheet = node.sheet;
      if (!sheet || node.disabled) return;
      const media = quoted(sheet.media?.mediaText ?? '');
      const url = sheet.href ?? '';
      write(`<style media="${media}">`);
      write(WEB.test(url) ? resource('css', url, deep) : inStyle(rulesOf(sheet, base, deep)), '</style>');
      return;
    }
    if (plain === 'style') {
      const css = node.sheet && !node.sheet.disabled ? rulesOf(node.sheet, base, deep) : '';
      write(`<style media="${quoted(attr(node, 'media') ?? '')}">`, inStyle(css), '</style>');
      return;
    }
    if (plain === 'canvas') {
      let drawn = '';
      try { drawn = node.width * node.height < 8e6 ? node.toDataURL('image/png') : ''; } catch { /* it shows what no script may read */ }
      const box = rectOf(node);
      const size = ` width="${Math.round(box.width)}" height="${Math.round(box.height)}"`;
      write('<img', attributes(node, 'canvas', base, deep).replace(/ (width|height)="[^"]*"/g, ''), size, drawn ? ` src="${drawn}"` : '', '>');
      return;
    }
    write('<', tag, cellOf(node), attributes(node, plain, base, deep));
    if (plain === 'iframe' || plain === 'frame') {
      const inner = deep < MOST_DEEP ? frameDocument(node) : null;
      if (inner) write(' srcdoc="', quotedDocument(inner, deep + 1), '"');
      else if (deep < MOST_DEEP) {
        write(` srcdoc="${mark}f${frames.length}.${deep + 1}~"`);
        frames.push(keyOf(node));
      }
      write(plain === 'frame' ? '>' : '></iframe>');
      return;
    }
    if (WITHOUT_END.has(plain)) { write('>'); return; }
    write('>');
    if (plain === 'textarea') { write('\n', text(node.value), '</textarea>'); return; }
    const shadow = shadowOf(node);
    if (shadow) {
      write('<template shadowrootmode="open">');
      children(shadow, base, deep);
      write(styles(shadow.adoptedStyleSheets, base, deep), '</template>');
    }
    children(node, base, deep);
    write('</', tag, '>');
  };
  const whole = (page, deep) => {
    const root = ofDocument(page, 'documentElement'), base = baseOf.call(page);
    write(ofDocument(page, 'compatMode') === 'BackCompat' ? '' : '<!DOCTYPE html>');
    if (!root) return;
    write('<', tagOf(root), attributes(root, 'html', base, deep), '>');
    write('<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; media-src data:; font-src data:; style-src \'unsafe-inline\'; form-action \'none\'; base-uri \'none\'">');
    const head = ofDocument(page, 'head');
    if (head) children(head, base, deep);
    write(styles(ofDocument(page, 'adoptedStyleSheets'), base, deep), '</head>');
    for (let child = firstChildOf.call(root); child && !tooMuch(); child = nextSiblingOf.call(child)) {
      if (child !== head) one(child, base, deep);
    }
    write('</', tagOf(root), '>');
  };
  whole(document, 0);
  return {
    html: parts.join(''), resources, frames, title: String(ofDocument(document, 'title') ?? '').slice(0, 500), url: location.href, truncated: late,
    viewport_width: innerWidth, viewport_height: innerHeight, scroll_x: scrollX, scroll_y: scrollY,
  };
};
