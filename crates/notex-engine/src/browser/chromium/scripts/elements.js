// What an element is: its parts, name, role, place and selectors. Runs in an isolated world, so the page cannot
// replace these functions; but a form's fields shadow its properties, so those are read through the prototypes.
const NAME_CHARS = 200;
const VALUE_CHARS = 500;

// JSON without quotation marks, which the protocol would put a backslash before, each of them, and the engine take away.
const toldIn = (value) => JSON.stringify(value)?.replace(/~/g, '\\u007e').replace(/"/g, '~');
// To wait for what is there already costs a twentieth of a look at a small page.
const told = (value) => (value instanceof Promise ? value.then(toldIn) : toldIn(value));

const getter = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get;
const parentNodeOf = getter(Node.prototype, 'parentNode');
const firstChildOf = getter(Node.prototype, 'firstChild');
const nextSiblingOf = getter(Node.prototype, 'nextSibling');
const localNameOf = getter(Element.prototype, 'localName');
const writtenAttr = (el, name) => Element.prototype.getAttribute.call(el, name);
// What an element says of itself where no script can read it, as if it were written on it: custom elements by their
// internals, handles by their place.
const innate = new WeakMap();
let isAnyInnate = false;
const attr = (el, name) => {
  const said = writtenAttr(el, name);
  return said === null && isAnyInnate ? innate.get(el)?.[name] ?? null : said;
};
const hasAttr = (el, name) => Element.prototype.hasAttribute.call(el, name) || (isAnyInnate && attr(el, name) !== null);
const tagOf = (el) => localNameOf.call(el);
const nodeTypeOf = getter(Node.prototype, 'nodeType');
const shadowRootOf = getter(Element.prototype, 'shadowRoot');
const childNodesOf = getter(Node.prototype, 'childNodes');
const nextElementOf = getter(Element.prototype, 'nextElementSibling');
const firstElementIn = getter(Element.prototype, 'firstElementChild');
// The first element of an element, a document or a shadow root.
const firstElementOf = (node) => {
  if (isElement(node)) return firstElementIn.call(node);
  let child = firstChildOf.call(node);
  while (child && !isElement(child)) child = nextSiblingOf.call(child);
  return child;
};
const hasAny = (el) => Element.prototype.hasAttributes.call(el);
const rectOf = (el) => Element.prototype.getBoundingClientRect.call(el);
const isElement = (node) => nodeTypeOf.call(node) === 1;
// A property, and a method's answer, of an element that may be a form. Those that are asked for most are read without
// asking what it is.
const READ = Object.fromEntries([[Node, 'textContent'], [Node, 'childNodes'], [Element, 'assignedSlot'], [Element, 'scrollWidth'],
  [Element, 'scrollHeight'], [Element, 'clientWidth'], [Element, 'clientHeight']].map(([kind, name]) => [name, getter(kind.prototype, name)]));
const ASKED = Object.fromEntries([[Node, 'getRootNode'], [Element, 'getClientRects'], [Element, 'getBoundingClientRect'],
  [Element, 'checkVisibility'], [Element, 'matches']].map(([kind, name]) => [name, kind.prototype[name]]));
const of = (el, name) => {
  const read = READ[name];
  if (read) return read.call(el);
  return isElement(el) && tagOf(el) === 'form' ? Reflect.get(HTMLFormElement.prototype, name, el) : el[name];
};
const from = (el, name, ...given) => (ASKED[name] ?? of(el, name)).call(el, ...given);
const ownerDocumentOf = getter(Node.prototype, 'ownerDocument');
const defaultViewOf = getter(Document.prototype, 'defaultView');
const viewOf = (el) => {
  const page = ownerDocumentOf.call(el);
  return page === document ? window : defaultViewOf.call(page);
};
// What it looks like; asked for once in each look. Who asks for all elements of a document knows their view.
const styleOf = (el, view = null) => {
  let style = look?.styles.get(el);
  if (!style) {
    style = (view ?? viewOf(el))?.getComputedStyle(el);
    look?.styles.set(el, style);
  }
  return style;
};
const VISIBLY = { opacityProperty: true, visibilityProperty: true };

const squash = (text, max = NAME_CHARS) => {
  const line = String(text ?? '').slice(0, max * 8).replace(/\s+/g, ' ').trim();
  return line.length > max ? line.slice(0, max - 1).trimEnd() + '…' : line;
};

// Closed shadow roots that the browser's debugger handed over, by their hosts.
const closedRoots = new WeakMap();
const shadowOf = (el) => shadowRootOf.call(el) ?? closedRoots.get(el) ?? null;

// The parent in what is seen: out of shadow roots and same-origin frames, into the slots that elements are shown in.
const parentSeen = (node) => {
  const parent = parentNodeOf.call(node);
  if (!parent) return null;
  const type = nodeTypeOf.call(parent);
  if (type === 11) return parent.host ?? null;
  if (type === 9) return defaultViewOf.call(parent)?.frameElement ?? null;
  if (type !== 1) return null;
  return (shadowRootOf.call(parent) && isElement(node) && node.assignedSlot) || parent;
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

// How far the viewport of the element's document is from the page's; asked for once in each look.
const frameOffset = (el) => {
  const view = viewOf(el);
  let offset = look?.offsets.get(view);
  if (!offset) {
    offset = offsetOf(view);
    look?.offsets.set(view, offset);
  }
  return offset;
};
const offsetOf = (view) => {
  let x = 0, y = 0;
  let frame = view?.frameElement;
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
  let rect = rectOf(el);
  if (tagOf(el) === 'area') return areaBox(el);
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

// A part of an image has no box, only coordinates in its image.
const areaBox = (el) => {
  const map = ancestor(el, (node) => tagOf(node) === 'map');
  const image = map && Array.from(el.ownerDocument.images).find((one) => one.useMap.slice(1) === map.name);
  if (!image) return new DOMRect();
  const box = image.getBoundingClientRect();
  const at = el.coords.split(',').map(Number).filter(Number.isFinite);
  const [left, top, right, bottom] = el.shape === 'circle' ? [at[0] - at[2], at[1] - at[2], at[0] + at[2], at[1] + at[2]]
    : el.shape === 'poly' ? [0, 1].map((from) => Math.min(...at.filter((_, i) => i % 2 === from)))
      .concat([0, 1].map((from) => Math.max(...at.filter((_, i) => i % 2 === from))))
    : el.shape === 'default' ? [0, 0, box.width, box.height] : at;
  return new DOMRect(box.left + left, box.top + top, right - left || 0, bottom - top || 0);
};

const canBeSeen = (el) => {
  if (tagOf(el) === 'area') return boxOf(el).width > 1;
  if (!from(el, 'checkVisibility', VISIBLY)) {
    if (!hasContentsDisplay(el)) return false;
  }
  const rect = boxOf(el);
  // One pixel is how pages hide text from all but screen readers.
  if (rect.width <= 1 || rect.height <= 1) return false;
  const view = viewOf(el);
  const leftward = view.getComputedStyle(view.document.documentElement).direction === 'rtl';
  if (!leftward && rect.right + view.scrollX <= 0 && !isRolledAway(el, 'scrollLeft')) return false;
  if (rect.bottom + view.scrollY <= 0 && !isRolledAway(el, 'scrollTop')) return false;
  return !isSqueezed(el, view);
};
// Beyond the edge of the page because a box around it was scrolled.
const isRolledAway = (el, which) => {
  const root = of(el, 'ownerDocument').scrollingElement;
  return ancestor(parentSeen(el), (node) => node !== root && of(node, which) > 0) !== null;
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
// Styled checkboxes and inputs for files hide the input itself and show its label, or lie unseen over what is shown.
const seenPart = (el) => {
  const tag = tagOf(el);
  const away = tag === 'input' && isCutAway(styleOf(el));
  if (!away && canBeSeen(el)) return el;
  if (tag === 'select') return liesUnseen(el) ? el : null;
  if (tag === 'textarea') return waitsUnseen(el) ? el : null;
  if (tag !== 'input') return null;
  const { type } = el;
  if (type === 'checkbox' || type === 'radio' || type === 'file') {
    return labelSeen(el) ?? (liesUnseen(el) ? el : type === 'file' ? buttonAround(el) : null);
  }
  if (away) return type === 'range' ? thumbAround(el) : null;
  if (TEXT_TYPES.has(type) && waitsUnseen(el)) return el;
  return (type === 'range' || type === 'date' || type === 'color' || attr(el, 'role') === 'combobox') && liesUnseen(el) ? el : null;
};
// What is drawn in place of the thumb of a slider.
const thumbAround = (el) => {
  const parent = parentSeen(el);
  const box = parent && canBeSeen(parent) ? boxOf(parent) : null;
  return box && box.width >= 8 && box.width <= 64 && box.height >= 8 && box.height <= 64 ? parent : null;
};
// A field that shows itself only when it is gone into: until then, its words stand in its place.
const waitsUnseen = (el) => {
  const { width, height } = rectOf(el);
  return width > 20 && height > 8 && from(el, 'checkVisibility', { visibilityProperty: true }) && styleOf(el).pointerEvents !== 'none' && hasWordsOver(el);
};
const hasWordsOver = (el) => {
  if (el.tabIndex < 0 || ancestor(el, (node) => attr(node, 'aria-hidden') === 'true')) return false;
  const own = rectOf(el);
  const over = (node, depth) => Array.from(flatChildren(node)).some((child) => {
    if (!isElement(child)) return false;
    const rect = rectOf(child);
    const meets = rect.width > 1 && rect.left < own.right && rect.right > own.left && rect.top < own.bottom && rect.bottom > own.top;
    if (meets && Array.from(child.childNodes).some((text) => nodeTypeOf.call(text) === 3 && text.data.trim()) && canBeSeen(child)) return true;
    return depth < 4 && over(child, depth + 1);
  });
  let node = parentSeen(el);
  for (let i = 0; i < 5 && node && tagOf(node) !== 'body' && boxOf(node).height < own.height * 4; i += 1, node = parentSeen(node)) if (over(node, 0)) return true;
  return false;
};
// Transparent, and over something that can be seen.
const liesUnseen = (el) => {
  const rect = from(el, 'getBoundingClientRect');
  const parent = parentSeen(el);
  return rect.width > 4 && rect.height > 4 && from(el, 'checkVisibility', { visibilityProperty: true })
    && styleOf(el).opacity === '0' && !!parent && canBeSeen(parent) && styleOf(el).pointerEvents !== 'none';
};
const buttonAround = (el) => {
  let node = parentSeen(el);
  for (let i = 0; i < 3 && node; i += 1, node = parentSeen(node)) {
    if (tagOf(node) === 'form' || tagOf(node) === 'body') return null;
    if ((attr(node, 'role') === 'button' || tagOf(node) === 'button' || styleOf(node)?.cursor === 'pointer') && canBeSeen(node)) return node;
  }
  return null;
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
      if (attr(node, 'aria-hidden') === 'true' || (tag !== 'slot' && !from(node, 'checkVisibility'))) return;
      const label = attr(node, 'aria-label');
      if (label) { text += ` ${label} `; return; }
    }
    if (tag === 'img') { text += ` ${attr(node, 'alt') ?? ''} `; return; }
    if (tag === 'svg') { text += ` ${node.querySelector('title')?.textContent ?? ''} `; return; }
    const apart = !['span', 'b', 'i', 'em', 'strong', 'u', 'mark', 'small', 'sub', 'sup', 'font'].includes(tag);
    if (apart) text += ' ';
    for (const child of flatChildren(node)) visit(child, depth + 1);
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
  // A form without a name in a dialog is the dialog's.
  return (heading && textOf(heading, 80)) || (standing === 'Form' && from(node, 'closest', 'dialog, [role=dialog], [role=alertdialog]') ? '' : standing);
};

// Names that only one element of its root has are found by counting while walking, not by asking for each.
const TEST_IDS = ['data-testid', 'data-test-id', 'data-test', 'data-cy', 'data-qa'];
const inQuotes = (value) => value.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\a ');
const attrKey = (el, name) => {
  const value = writtenAttr(el, name);
  return value && value.length <= 120 ? `[${name}="${inQuotes(value)}"]` : null;
};
const testIdKey = (el) => { for (const name of TEST_IDS) { const key = attrKey(el, name); if (key) return key; } return null; };
const idKey = (el) => {
  const id = attr(el, 'id');
  return id && id.length <= 80 && !/\d{4,}|^:|«/.test(id) ? `#${CSS.escape(id)}` : null;
};
// What may find an element by what is written on it, the best first; read once in each look.
const keysOf = (el, tag) => {
  const known = look?.keys.get(el);
  if (known) return known;
  const names = Element.prototype.getAttributeNames.call(el);
  const quoted = (name) => (names.includes(name) ? attrKey(el, name) : null);
  let testId = null;
  for (const name of TEST_IDS) if ((testId = quoted(name))) break;
  const id = names.includes('id') ? idKey(el) : null;
  const own = (name) => { const key = quoted(name); return key && tag + key; };
  const named = tag === 'input' && names.includes('name') && names.includes('value') && el.type !== 'password' && attr(el, 'name') && attr(el, 'value');
  const all = [
    testId, id, own('name'), own('aria-label'), own('href'), own('placeholder'),
    named ? `input[name="${inQuotes(attr(el, 'name'))}"]${quoted('value') ?? ''}` : null,
  ].filter(Boolean);
  const keys = { testId, id, all };
  look?.keys.set(el, keys);
  return keys;
};
const cssOf = (el, counts) => {
  const own = keysOf(el, tagOf(el)).all.find((key) => counts.get(key) === 1);
  if (own) return own;
  const parent = parentNodeOf.call(el);
  const step = stepOf(el);
  return parent && isElement(parent) && step !== 'body' ? `${trailOf(parent, counts)} > ${step}` : step;
};
const stepOf = (el) => {
  const tag = tagOf(el);
  return tag === 'html' || tag === 'body' ? tag : `${CSS.escape(tag)}:nth-of-type(${placeAmong(el)})`;
};
// The steps to what is around an element, from the nearest that has an id of its own.
const trailOf = (el, counts) => {
  const known = trails.get(el);
  if (known?.counts === counts) return known.trail;
  const parent = parentNodeOf.call(el);
  const id = hasAny(el) ? idKey(el) : null;
  const step = stepOf(el);
  const trail = id && counts.get(id) === 1 ? id
    : parent && isElement(parent) && step !== 'body' && step !== 'html' ? `${trailOf(parent, counts)} > ${step}` : step;
  trails.set(el, { counts, trail });
  return trail;
};
// Counted once per parent and observe: thousands of siblings would be counted thousands of times.
let places = new WeakMap();
let ways = new WeakMap();
let trails = new WeakMap();
const forgetPlaces = () => { places = new WeakMap(); ways = new WeakMap(); trails = new WeakMap(); };
const placeAmong = (el) => {
  const parent = parentNodeOf.call(el);
  if (!parent) return 1;
  let children = places.get(parent);
  if (!children) {
    places.set(parent, children = new Map());
    const tags = new Map();
    for (let node = firstElementOf(parent); node; node = nextElementOf.call(node)) {
      const tag = tagOf(node);
      const place = (tags.get(tag) ?? 0) + 1;
      tags.set(tag, place);
      children.set(node, place);
    }
  }
  return children.get(el) ?? 1;
};
const xpathOf = (el) => {
  const known = ways.get(el);
  if (known) return known;
  const parent = parentNodeOf.call(el);
  const tag = tagOf(el);
  const way = `${parent && isElement(parent) ? xpathOf(parent) : ''}/${el.ownerSVGElement || tag === 'svg' ? `*[name()="${tag}"]` : tag}[${placeAmong(el)}]`;
  ways.set(el, way);
  return way;
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
    root = frameDocument(found) ?? shadowOf(found) ?? found;
  }
  return found;
};
