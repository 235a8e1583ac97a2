// What an element is: its parts, name, role, place and selectors. Runs in an isolated world, so the page cannot
// replace these functions; but a form's fields shadow its properties, so those are read through the prototypes.
const NAME_CHARS = 200;
const VALUE_CHARS = 500;

const getter = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get;
const parentNodeOf = getter(Node.prototype, 'parentNode');
const firstChildOf = getter(Node.prototype, 'firstChild');
const nextSiblingOf = getter(Node.prototype, 'nextSibling');
const localNameOf = getter(Element.prototype, 'localName');
const attr = (el, name) => Element.prototype.getAttribute.call(el, name);
const hasAttr = (el, name) => Element.prototype.hasAttribute.call(el, name);
const tagOf = (el) => localNameOf.call(el);
const nodeTypeOf = getter(Node.prototype, 'nodeType');
const isElement = (node) => nodeTypeOf.call(node) === 1;
// A property, and a method's answer, of an element that may be a form.
const of = (el, name) => (isElement(el) && tagOf(el) === 'form' ? Reflect.get(HTMLFormElement.prototype, name, el) : el[name]);
const from = (el, name, ...given) => of(el, name).call(el, ...given);
const viewOf = (el) => of(el, 'ownerDocument').defaultView;
const styleOf = (el) => viewOf(el)?.getComputedStyle(el);
const VISIBLY = { opacityProperty: true, visibilityProperty: true };

const squash = (text, max = NAME_CHARS) => {
  const line = String(text ?? '').slice(0, max * 8).replace(/\s+/g, ' ').trim();
  return line.length > max ? line.slice(0, max - 1).trimEnd() + '…' : line;
};

// The parent in what is seen: out of shadow roots and same-origin frames.
const parentSeen = (node) => {
  const parent = parentNodeOf.call(node);
  if (!parent) return null;
  if (nodeTypeOf.call(parent) === 11) return parent.host ?? null;
  if (nodeTypeOf.call(parent) === 9) return parent.defaultView?.frameElement ?? null;
  return isElement(parent) ? parent : null;
};
const holds = (outer, inner) => {
  for (let node = inner; node; node = parentSeen(node)) if (node === outer) return true;
  return false;
};
const ancestor = (el, test) => {
  for (let node = el; node; node = parentSeen(node)) if (test(node)) return node;
  return null;
};

const frameDocument = (el) => {
  const tag = tagOf(el);
  if (tag !== 'iframe' && tag !== 'frame') return null;
  try { return el.contentDocument; } catch { return null; }
};

// How far the viewport of the element's document is from the page's.
const frameOffset = (el) => {
  let x = 0, y = 0;
  let frame = viewOf(el)?.frameElement;
  while (frame) {
    const rect = frame.getBoundingClientRect();
    const style = frame.ownerDocument.defaultView.getComputedStyle(frame);
    x += rect.left + frame.clientLeft + (parseFloat(style.paddingLeft) || 0);
    y += rect.top + frame.clientTop + (parseFloat(style.paddingTop) || 0);
    frame = frame.ownerDocument.defaultView.frameElement;
  }
  return { x, y };
};

const boxOf = (el) => {
  let rect = from(el, 'getBoundingClientRect');
  if (rect.width === 0 || rect.height === 0) {
    // An inline link around blocks, or display: contents, has no box of its own.
    for (let child = firstChildOf.call(el); child; child = nextSiblingOf.call(child)) {
      if (!isElement(child)) continue;
      const inner = from(child, 'getBoundingClientRect');
      if (inner.width > 1 && inner.height > 1) { rect = inner; break; }
    }
  }
  return rect;
};

const canBeSeen = (el) => {
  if (!from(el, 'checkVisibility', VISIBLY)) {
    if (!hasContentsDisplay(el)) return false;
  }
  const rect = boxOf(el);
  // One pixel is how pages hide text from all but screen readers.
  if (rect.width <= 1 || rect.height <= 1) return false;
  const view = viewOf(el);
  return rect.right + view.scrollX > 0 && rect.bottom + view.scrollY > 0 && !isSqueezed(el, view);
};
// Inside a box that clips all of it: collapsed menus, text for screen readers.
const isSqueezed = (el, view) => {
  for (let node = el; node; node = parentSeen(node)) {
    if (viewOf(node) !== view) return false;
    const none = of(node, 'offsetWidth') <= 1 || of(node, 'offsetHeight') <= 1;
    if (!none && node !== el) continue;
    const style = view.getComputedStyle(node);
    if (style.position === 'fixed') return false;
    if (none && style.display !== 'inline' && style.display !== 'contents' && style.overflow !== 'visible') return true;
  }
  return false;
};
const hasContentsDisplay = (el) => {
  const style = styleOf(el);
  return style?.display === 'contents' && style.visibility === 'visible'
    && (!parentSeen(el) || from(parentSeen(el), 'checkVisibility', VISIBLY));
};
const labelSeen = (el) => Array.from(el.labels ?? []).find(canBeSeen) ?? null;
// Styled checkboxes hide the input itself and show its label.
const seenPart = (el) => {
  if (canBeSeen(el)) return el;
  return tagOf(el) === 'input' && (el.type === 'checkbox' || el.type === 'radio') ? labelSeen(el) : null;
};
const isDisabled = (el) =>
  from(el, 'matches', ':disabled') || attr(el, 'aria-disabled') === 'true'
  || ancestor(el, (node) => hasAttr(node, 'inert')) !== null;

const textOf = (el, max = NAME_CHARS) => {
  let text = '';
  let budget = 400;
  const visit = (node, depth) => {
    if (text.length > max * 2 || budget-- <= 0 || depth > 40) return;
    if (nodeTypeOf.call(node) === 3) { text += node.data.slice(0, max * 4); return; }
    if (!isElement(node)) return;
    const tag = tagOf(node);
    if (tag === 'script' || tag === 'style' || tag === 'noscript' || tag === 'select' || tag === 'template') return;
    if (node !== el) {
      if (attr(node, 'aria-hidden') === 'true' || !from(node, 'checkVisibility')) return;
      const label = attr(node, 'aria-label');
      if (label) { text += ` ${label} `; return; }
    }
    if (tag === 'img') { text += ` ${attr(node, 'alt') ?? ''} `; return; }
    if (tag === 'svg') { text += ` ${node.querySelector('title')?.textContent ?? ''} `; return; }
    const apart = !['span', 'b', 'i', 'em', 'strong', 'u', 'mark', 'small', 'sub', 'sup', 'font'].includes(tag);
    if (apart) text += ' ';
    for (const child of of(of(node, 'shadowRoot') ?? node, 'childNodes')) visit(child, depth + 1);
    if (apart) text += ' ';
  };
  visit(el, 0);
  return squash(text, max);
};

const byIds = (el, name) => {
  const ids = (attr(el, name) ?? '').split(/\s+/).filter(Boolean).slice(0, 8);
  const root = from(el, 'getRootNode');
  return squash(ids.map((id) => root.getElementById?.(id)).filter(Boolean).map((e) => e.textContent).join(' '));
};

const nameOf = (el, tag, kind) => {
  const field = kind === 'I';
  const labels = () => squash(Array.from(el.labels ?? []).map((label) => textOf(label)).join(' '));
  const button = tag === 'input' && ['submit', 'button', 'reset', 'image'].includes(el.type);
  const standing = { submit: 'Submit', reset: 'Reset' };
  return byIds(el, 'aria-labelledby')
    || squash(attr(el, 'aria-label'))
    || labels()
    || squash(attr(el, 'alt'))
    || (button ? squash(attr(el, 'value')) || standing[el.type] || '' : '')
    || (field || tag === 'input' ? '' : textOf(el))
    || squash(attr(el, 'placeholder')) || squash(attr(el, 'aria-placeholder'))
    || squash(attr(el, 'title'))
    || (field || tag === 'input' ? squash((attr(el, 'name') || attr(el, 'id') || '').replace(/[_\-[\]]+/g, ' ')) : '');
};

const LANDMARKS = {
  nav: 'Navigation', header: 'Header', footer: 'Footer', aside: 'Sidebar', main: 'Main', dialog: 'Dialog',
  form: 'Form', search: 'Search', fieldset: '', section: '', article: '',
};
const LANDMARK_ROLES = {
  navigation: 'Navigation', banner: 'Header', contentinfo: 'Footer', complementary: 'Sidebar', main: 'Main',
  dialog: 'Dialog', alertdialog: 'Dialog', form: 'Form', search: 'Search', region: '', group: '', toolbar: 'Toolbar',
  menu: 'Menu', menubar: 'Menu', tablist: 'Tabs', radiogroup: '',
};
const groupOf = (el, known) => {
  for (let node = parentSeen(el); node; node = parentSeen(node)) {
    if (known.has(node)) { const name = known.get(node); if (name) return name; continue; }
    const name = groupName(node);
    known.set(node, name);
    if (name) return name;
  }
  return 'Page';
};
const groupName = (node) => {
  const tag = tagOf(node);
  const role = attr(node, 'role') ?? '';
  const standing = LANDMARK_ROLES[role] ?? LANDMARKS[tag];
  if (standing === undefined) return '';
  const said = byIds(node, 'aria-labelledby') || squash(attr(node, 'aria-label'), 80);
  if (said) return squash(said, 80);
  if (tag === 'fieldset') {
    const legend = from(node, 'querySelector', 'legend');
    return legend ? textOf(legend, 80) : '';
  }
  if (standing === 'Form' && from(node, 'querySelector', 'input[type=search]')) return 'Search';
  if (['Navigation', 'Header', 'Footer', 'Main', 'Search', 'Menu', 'Tabs', 'Toolbar'].includes(standing)) return standing;
  const heading = from(node, 'querySelector', 'h1, h2, h3, h4, h5, h6, legend');
  return (heading && textOf(heading, 80)) || standing;
};

// Names that only one element of its root has are found by counting while walking, not by asking for each.
const cssKeys = (el, tag) => {
  const quoted = (name) => {
    const value = attr(el, name);
    return value && value.length <= 120 ? `[${name}="${CSS.escape(value)}"]` : null;
  };
  const id = attr(el, 'id');
  return [
    id && id.length <= 80 && !/\d{4,}|^:/.test(id) ? `#${CSS.escape(id)}` : null,
    quoted('data-testid'), quoted('data-test'),
    ...['name', 'aria-label', 'href', 'placeholder'].map((name) => { const q = quoted(name); return q && tag + q; }),
    tag === 'input' && el.type !== 'password' && attr(el, 'name') && attr(el, 'value')
      ? `input[name="${CSS.escape(attr(el, 'name'))}"]${quoted('value') ?? ''}` : null,
  ].filter(Boolean);
};
const cssOf = (el, counts) => {
  const own = cssKeys(el, tagOf(el)).find((key) => counts.get(key) === 1);
  if (own) return own;
  const steps = [];
  for (let node = el; node && isElement(node); node = parentNodeOf.call(node)) {
    const tag = tagOf(node);
    const anchor = node !== el && cssKeys(node, tag).find((key) => key[0] === '#' && counts.get(key) === 1);
    if (anchor) { steps.unshift(anchor); break; }
    steps.unshift(`${CSS.escape(tag)}:nth-of-type(${placeAmong(node)})`);
    if (tag === 'html' || tag === 'body') { steps[0] = tag; break; }
  }
  return steps.join(' > ');
};
// Counted once per parent and observe: thousands of siblings would be counted thousands of times.
let places = new WeakMap();
const forgetPlaces = () => { places = new WeakMap(); };
const placeAmong = (el) => {
  const parent = parentNodeOf.call(el);
  if (!parent) return 1;
  let children = places.get(parent);
  if (!children) {
    places.set(parent, children = new Map());
    const tags = new Map();
    for (let node = firstChildOf.call(parent); node; node = nextSiblingOf.call(node)) {
      if (!isElement(node)) continue;
      const place = (tags.get(tagOf(node)) ?? 0) + 1;
      tags.set(tagOf(node), place);
      children.set(node, place);
    }
  }
  return children.get(el) ?? 1;
};
const xpathOf = (el) => {
  const steps = [];
  for (let node = el; node && isElement(node); node = parentNodeOf.call(node)) {
    steps.unshift(`${tagOf(node)}[${placeAmong(node)}]`);
  }
  return '/' + steps.join('/');
};
// `frame >>> host >>> button`: each step is searched inside what the step before found.
const findDeep = (path) => {
  let root = document;
  let found = null;
  for (const step of path.split(' >>> ')) {
    let all;
    try { all = root.querySelectorAll(step); } catch { return null; }
    if (all.length !== 1) return null;
    found = all[0];
    root = frameDocument(found) ?? found.shadowRoot ?? found;
  }
  return found;
};
