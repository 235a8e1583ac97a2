// Lists what a person can do on the page, in document order, through open shadow roots and same-origin frames.
const MOST_ELEMENTS = 60000;
const MOST_LISTED = 3000;
const MOST_OPTIONS = 500;

const BUTTON_ROLES = new Set(['button', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'tab', 'checkbox',
  'switch', 'radio', 'option', 'treeitem']);
const FIELD_ROLES = new Set(['textbox', 'searchbox', 'combobox', 'spinbutton', 'slider']);
const NOT_ENTERED = new Set(['select', 'textarea', 'script', 'style', 'template', 'noscript', 'svg', 'head', 'object',
  'video', 'audio', 'canvas']);
const INPUT_ROLES = { search: 'searchbox', number: 'spinbutton', range: 'slider', checkbox: 'checkbox', radio: 'radio' };

const keys = new WeakMap();
const kept = new Map();
let nextKey = 1;
const keyOf = (el) => {
  let key = keys.get(el);
  if (!key) {
    key = nextKey++;
    keys.set(el, key);
    kept.set(key, new WeakRef(el));
  }
  return key;
};

const isEditingHost = (el) => of(el, 'isContentEditable') && tagOf(el) !== 'body'
  && !(parentSeen(el) && of(parentSeen(el), 'isContentEditable'));

// [kind, role], or null for what is not a control by itself.
const controlOf = (el, tag) => {
  const said = (attr(el, 'role') ?? '').trim().split(/\s+/)[0].toLowerCase();
  if (tag === 'input') {
    const type = el.type;
    if (type === 'hidden' || type === 'file') return null;
    if (type === 'checkbox' || type === 'radio') return ['B', BUTTON_ROLES.has(said) ? said : type];
    if (['submit', 'button', 'reset', 'image'].includes(type)) return ['B', said || 'button'];
    return ['I', FIELD_ROLES.has(said) ? said : INPUT_ROLES[type] ?? 'textbox'];
  }
  if (tag === 'textarea') return ['I', 'textbox'];
  if (tag === 'select') return ['I', el.multiple || el.size > 1 ? 'listbox' : 'combobox'];
  if (tag === 'button') return ['B', BUTTON_ROLES.has(said) ? said : 'button'];
  if (tag === 'summary') return tagOf(el.parentElement ?? el) === 'details' ? ['B', 'button'] : null;
  if ((tag === 'a' || tag === 'area') && hasAttr(el, 'href')) return BUTTON_ROLES.has(said) ? ['B', said] : ['L', 'link'];
  if (isEditingHost(el)) return ['I', FIELD_ROLES.has(said) ? said : 'textbox'];
  if (said === 'link') return ['L', said];
  if (BUTTON_ROLES.has(said) || FIELD_ROLES.has(said)) return ['B', said];
  return null;
};

const looksClickable = (el, tag) => {
  if (tag === 'html' || tag === 'body') return false;
  if (hasAttr(el, 'onclick')) return true;
  const parent = parentSeen(el);
  return styleOf(el)?.cursor === 'pointer' && (!parent || styleOf(parent)?.cursor !== 'pointer');
};

const walk = () => {
  const found = [];
  const counts = new Map();
  let seen = 0;
  const stack = [];
  const pushChildren = (node, context) => {
    const children = [];
    for (let child = firstChildOf.call(node); child; child = nextSiblingOf.call(child)) {
      if (isElement(child)) children.push(child);
    }
    while (children.length) stack.push([children.pop(), context]);
  };
  counts.set(document, new Map());
  pushChildren(document, { root: document, way: '', inside: false });
  while (stack.length && seen < MOST_ELEMENTS) {
    const [el, context] = stack.pop();
    seen += 1;
    const tag = tagOf(el);
    const ofRoot = counts.get(context.root);
    for (const key of cssKeys(el, tag)) ofRoot.set(key, (ofRoot.get(key) ?? 0) + 1);
    let inside = context.inside;
    const control = controlOf(el, tag);
    if (control) {
      if (!isDisabled(el) && seenPart(el)) {
        found.push({ el, tag, kind: control[0], role: control[1], certain: true, context });
      }
      inside = true;
    } else if (tag === 'label' && el.control) {
      inside = true;
    } else if (!inside && looksClickable(el, tag) && canBeSeen(el) && !isDisabled(el)) {
      found.push({ el, tag, kind: 'B', role: 'button', certain: false, context });
    }
    if (NOT_ENTERED.has(tag)) continue;
    const frame = frameDocument(el);
    if (frame) {
      if (canBeSeen(el)) {
        counts.set(frame, new Map());
        pushChildren(frame, { root: frame, way: wayTo(el, context, counts), inside: false });
      }
      continue;
    }
    pushChildren(el, inside === context.inside ? context : { ...context, inside });
    const shadow = of(el, 'shadowRoot');
    if (shadow) {
      counts.set(shadow, new Map());
      pushChildren(shadow, { root: shadow, way: wayTo(el, context, counts), inside });
    }
  }
  // A clickable box around other controls is no control of its own.
  const listed = found.filter((item, i) => item.certain || !found[i + 1] || !holds(item.el, found[i + 1].el));
  return { listed, counts };
};
// Counting is not finished when a host or frame is passed, so its own step names its place.
const wayTo = (el, context, counts) => {
  const id = attr(el, 'id');
  const step = id && context.root.querySelectorAll(`#${CSS.escape(id)}`).length === 1
    ? `#${CSS.escape(id)}` : cssOf(el, new Map());
  return `${context.way}${step} >>> `;
};

const stateOf = (el, tag, role) => {
  const state = { required: el.required === true || attr(el, 'aria-required') === 'true' };
  const flag = (value) => (value === 'true' ? true : value === 'false' ? false : undefined);
  if (tag === 'input' && (el.type === 'checkbox' || el.type === 'radio')) state.checked = el.checked;
  else if (['checkbox', 'switch', 'radio', 'menuitemcheckbox', 'menuitemradio'].includes(role)) {
    state.checked = flag(attr(el, 'aria-checked'));
  }
  state.expanded = tag === 'summary' ? el.parentElement?.open === true : flag(attr(el, 'aria-expanded'));
  if (tag === 'select') {
    state.value = squash(Array.from(el.selectedOptions, (option) => option.label).join(', '), VALUE_CHARS);
    state.options = Array.from(el.options).slice(0, MOST_OPTIONS)
      .filter((option) => !option.disabled)
      .map((option) => ({
        value: option.value.slice(0, VALUE_CHARS), label: squash(option.label), selected: option.selected,
      }));
  } else if ((tag === 'input' && el.type !== 'password' && state.checked === undefined
      && !['submit', 'button', 'reset', 'image'].includes(el.type)) || tag === 'textarea') {
    state.value = String(el.value).slice(0, VALUE_CHARS);
  } else if (isEditingHost(el)) state.value = textOf(el, VALUE_CHARS);
  return state;
};

// A person takes a checkbox and the words beside it for one thing, and may click either.
const withWords = (el, tag, box) => {
  if (tag !== 'input' || (el.type !== 'checkbox' && el.type !== 'radio')) return box;
  const label = labelSeen(el);
  if (!label) return box;
  const words = boxOf(label);
  const left = Math.min(box.left, words.left), right = Math.max(box.right, words.right);
  const top = Math.min(box.top, words.top), bottom = Math.max(box.bottom, words.bottom);
  const beside = words.top < box.bottom && box.top < words.bottom;
  return beside ? new DOMRect(left, top, right - left, bottom - top) : box;
};

const factsOf = ({ el, tag, kind, role, context }, counts, groups) => {
  const rect = withWords(el, tag, boxOf(seenPart(el) ?? el));
  const offset = frameOffset(el);
  const x = rect.left + offset.x, y = rect.top + offset.y;
  return {
    key: keyOf(el), kind, role, tag,
    type: tag === 'input' ? el.type : null,
    name: nameOf(el, tag, kind),
    href: kind === 'L' ? squash(el.href, VALUE_CHARS) : null,
    group: groupOf(el, groups),
    state: stateOf(el, tag, role),
    css: context.way + cssOf(el, counts.get(context.root)),
    xpath: context.root === document ? xpathOf(el) : null,
    box: { x, y, width: rect.width, height: rect.height, iframe_offset_x: offset.x, iframe_offset_y: offset.y },
    in_view: x < innerWidth && y < innerHeight && x + rect.width > 0 && y + rect.height > 0,
  };
};

const position = () => {
  const root = document.scrollingElement ?? document.documentElement;
  return {
    title: squash(document.title, 500),
    url: String(location.href).slice(0, 8000),
    viewport: {
      scroll_x: scrollX, scroll_y: scrollY, viewport_width: innerWidth, viewport_height: innerHeight,
      total_width: root?.scrollWidth ?? innerWidth, total_height: root?.scrollHeight ?? innerHeight,
    },
  };
};

const pageFacts = (listed) => {
  const meta = (name) => squash(document.querySelector(`meta[name="${name}" i], meta[property="${name}" i]`)?.content, 300);
  const heading = Array.from(document.querySelectorAll('h1')).slice(0, 5).find(canBeSeen);
  const fields = listed.filter((item) => item.kind === 'I');
  const is = (item, pattern) => pattern.test(`${attr(item.el, 'autocomplete')} ${attr(item.el, 'name')} ${attr(item.el, 'id')}`);
  return {
    about: meta('description') || meta('og:description'),
    heading: heading ? textOf(heading) : '',
    kind: meta('og:type'),
    password: fields.some((item) => item.tag === 'input' && item.el.type === 'password'),
    card: fields.some((item) => is(item, /cc-number|card.?number|cvc|cvv|iban/i)),
    captcha: document.querySelector('iframe[src*="captcha" i], iframe[src*="turnstile" i], .g-recaptcha, .h-captcha, #captcha') !== null,
    fields: fields.filter((item) => item.tag !== 'select' && item.role !== 'searchbox').length,
    feed: document.querySelectorAll('article, [role="article"], [itemtype*="ListItem"]').length,
    product: document.querySelectorAll('[itemtype*="schema.org/Product"]').length === 1,
  };
};

let lastListed = [];
let lastCounts = new Map();
const observe = () => {
  forgetPlaces();
  for (const [key, ref] of kept) if (!ref.deref()) kept.delete(key);
  const { listed, counts } = walk();
  const groups = new Map();
  // Beyond the most that is listed, what is in view goes first; each list stays in document order.
  let facts = listed;
  if (listed.length > MOST_LISTED) {
    const near = (item) => { const r = item.el.getBoundingClientRect(); return r.bottom > 0 && r.top < innerHeight; };
    const first = new Set([...listed.filter(near), ...listed.filter((item) => !near(item))].slice(0, MOST_LISTED));
    facts = listed.filter((item) => first.has(item));
  }
  lastListed = facts.map((item) => item.el);
  lastCounts = counts;
  return {
    born, position: position(), page: pageFacts(listed), total: listed.length,
    items: facts.map((item) => factsOf(item, counts, groups)),
  };
};

// For a frame of another origin: where it stands, and after how many of the listed elements.
const contentCorner = (frame) => {
  const offset = frameOffset(frame);
  const rect = frame.getBoundingClientRect();
  const style = styleOf(frame);
  return {
    x: offset.x + rect.left + frame.clientLeft + (parseFloat(style.paddingLeft) || 0),
    y: offset.y + rect.top + frame.clientTop + (parseFloat(style.paddingTop) || 0),
  };
};
const framePlace = (frame) => {
  forgetPlaces();
  if (frameDocument(frame) || !frame.isConnected || !canBeSeen(frame)) return null;
  const next = lastListed.findIndex((el) => frame.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING);
  const counts = lastCounts.get(frame.getRootNode()) ?? new Map();
  return { ...contentCorner(frame), css: cssOf(frame, counts), after: next < 0 ? lastListed.length : next };
};
const frameReach = (frame, x, y) => {
  if (!frame.isConnected || !canBeSeen(frame)) return null;
  const at = () => { const corner = contentCorner(frame); return { x: corner.x + x, y: corner.y + y }; };
  const outside = (p) => p.x < 0 || p.y < 0 || p.x >= innerWidth || p.y >= innerHeight;
  if (outside(at())) frame.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  const point = at();
  const hit = outside(point) ? null : hitAt(point.x, point.y);
  return { ...point, by: hit === frame ? null : hit ? coverName(hit, frame) : 'the edge of the view' };
};
