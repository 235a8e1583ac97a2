// What is told of each control that was found, and of the page: state, what it wants to be told, where it is, and by what
// it is known again.
const CHECKED_ROLES = new Set(['checkbox', 'radio', 'switch', 'menuitemcheckbox', 'menuitemradio', 'option', 'treeitem']);
const flag = (el, name) => {
  const said = attr(el, name);
  return said === 'true' ? true : said === 'false' ? false : null;
};
const isTextInput = (el, tag) => tag === 'input' && !['checkbox', 'radio', 'file'].includes(el.type) && !BUTTON_TYPES.has(el.type);
const stateOf = (el, tag, role) => {
  const input = tag === 'input';
  const box = input && (el.type === 'checkbox' || el.type === 'radio');
  const state = {};
  if (el.required === true || attr(el, 'aria-required') === 'true') state.required = true;
  if (box) {
    state.checked = el.checked;
    if (el.indeterminate) state.mixed = true;
  } else if (CHECKED_ROLES.has(role) && hasAttr(el, 'aria-checked')) {
    state.checked = attr(el, 'aria-checked') === 'true';
    if (attr(el, 'aria-checked') === 'mixed') state.mixed = true;
  } else if (role === 'checkbox' || role === 'switch' || role === 'radio') state.checked = false;
  if (tag === 'summary') state.expanded = parentNodeOf.call(el).open === true;
  else if (hasAttr(el, 'aria-expanded')) state.expanded = flag(el, 'aria-expanded');
  if (hasAttr(el, 'aria-selected')) state.selected = flag(el, 'aria-selected');
  if (hasAttr(el, 'aria-pressed')) state.pressed = attr(el, 'aria-pressed') !== 'false';
  const wrong = attr(el, 'aria-invalid');
  if ((wrong && wrong !== 'false') || ((input || tag === 'textarea' || tag === 'select') && el.matches(':user-invalid'))) state.invalid = true;
  if (el.readOnly === true || attr(el, 'aria-readonly') === 'true') state.readonly = true;
  if (tag === 'select') {
    state.value = Array.from(el.selectedOptions, (option) => squash(option.label)).join(', ').slice(0, VALUE_CHARS);
    state.options = Array.from(el.options).slice(0, MOST_OPTIONS)
      .filter((option) => !option.disabled && !option.parentElement?.disabled)
      .map((option) => ({
        value: option.value.slice(0, VALUE_CHARS), label: squash(option.label), selected: option.selected,
      }));
  } else if ((isTextInput(el, tag) && el.type !== 'password') || tag === 'textarea') {
    state.value = String(el.value).slice(0, VALUE_CHARS);
  } else if (input && el.type === 'file') {
    state.value = Array.from(el.files ?? [], (file) => file.name).join(', ').slice(0, VALUE_CHARS);
  } else if (!input && of(el, 'isContentEditable')) state.value = textOf(el, VALUE_CHARS);
  else if (role === 'slider' || role === 'spinbutton' || role === 'separator') {
    state.value = (attr(el, 'aria-valuetext') ?? attr(el, 'aria-valuenow') ?? '').slice(0, VALUE_CHARS);
  } else if (role === 'combobox') state.value = textOf(el, VALUE_CHARS);
  return state;
};

const FORMS = { date: 'YYYY-MM-DD', time: 'hh:mm', 'datetime-local': 'YYYY-MM-DDThh:mm', month: 'YYYY-MM', week: 'YYYY-Www' };
// What a field wants to be told: only what it says of itself.
const paramOf = (el, tag, role) => {
  const input = tag === 'input';
  const type = input ? el.type : null;
  const param = {};
  const put = (name, value) => { if (value !== null && value !== undefined && value !== '') param[name] = String(value).slice(0, VALUE_CHARS); };
  const ranged = ['number', 'range', 'date', 'time', 'datetime-local', 'month', 'week'].includes(type);
  if (ranged) {
    put('min', attr(el, 'min') || (type === 'range' ? el.min || '0' : null));
    put('max', attr(el, 'max') || (type === 'range' ? el.max || '100' : null));
    put('step', attr(el, 'step'));
    put('format', FORMS[type]);
  } else if (role === 'slider' || role === 'spinbutton') {
    put('min', attr(el, 'aria-valuemin') ?? (role === 'slider' ? '0' : null));
    put('max', attr(el, 'aria-valuemax') ?? (role === 'slider' ? '100' : null));
  }
  if (input && TEXT_TYPES.has(type) && !ranged) put('format', attr(el, 'pattern'));
  if ((input || tag === 'textarea') && el.maxLength > 0) param.max_length = el.maxLength;
  if (type === 'file') put('accept', attr(el, 'accept'));
  if ((input || tag === 'select') && el.multiple) param.multiple = true;
  return param;
};
const valueKind = (el, tag, role) => {
  if (tag === 'input') return el.type;
  if (tag === 'select') return 'choice';
  if (role === 'slider' || role === 'spinbutton') return 'number';
  if (role === 'searchbox' || role === 'combobox') return 'text';
  return tag === 'textarea' || attr(el, 'aria-multiline') !== 'false' ? 'lines' : 'text';
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

// What a page's makers call it, where nobody reads it.
const innerName = (el, tag) => {
  const said = attr(el, 'name') || (tag === 'input' || tag === 'textarea' || tag === 'select' ? attr(el, 'id') : '') || '';
  return squash(said.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_\-.[\]]+/g, ' '));
};
const called = (el, tag) => {
  const words = squash(attr(el, 'title')) || (tag === 'svg' || el.ownerSVGElement ? '' : textOf(el, 80));
  if (words && tag !== 'select' && tag !== 'textarea') return words;
  return innerName(el, tag) || (handles.has(el) ? `the handle at ${pushedTo(el)} %` : drawnName(el, tag)) || undefined;
};
// What the box says that has this control alone in it: a box to tick that nobody has labelled stands beside its words.
const beside = (el) => {
  let node = parentSeen(el);
  for (let i = 0; i < 5 && node && tagOf(node) !== 'body'; i += 1, node = parentSeen(node)) {
    if (from(node, 'querySelectorAll', 'input, button, select, textarea, [role=checkbox], [role=switch], [role=radio]').length > 1) return '';
    if (isAnyInnate && Array.from(from(node, 'querySelectorAll', '*')).some((other) => other !== el && innate.has(other))) return '';
    const words = textOf(node, 80);
    if (words) return words;
  }
  return '';
};
const TICKED = new Set(['checkbox', 'switch', 'radio']);
// By what an element is known again when a page draws it anew.
const markOf = (el, tag, kind) => {
  for (const name of TEST_IDS) { const said = attr(el, name); if (said) return `t:${said.slice(0, 120)}`; }
  const id = attr(el, 'id');
  if (id && !/\d{3,}|^:|^_r_|«/.test(id)) return `i:${id.slice(0, 120)}`;
  const name = attr(el, 'name');
  if (name) return `n:${name.slice(0, 120)}=${tag === 'input' && (el.type === 'radio' || el.type === 'checkbox') ? String(el.value).slice(0, 80) : ''}`;
  return kind === 'L' ? `h:${(attr(el, 'href') ?? '').slice(0, 200)}` : '';
};
const ITEM_TAGS = new Set(['li', 'tr', 'article', 'dd']);
const ITEM_ROLES = new Set(['row', 'listitem', 'option', 'treeitem', 'article']);
const ITEM_HEADS = 'h1, h2, h3, h4, h5, h6, [role=heading], a, th, td, strong, b';
const itemAround = (node, nears) => {
  if (!node) return null;
  let item = nears.items.get(node);
  if (item === undefined) {
    item = ITEM_TAGS.has(tagOf(node)) || ITEM_ROLES.has(attr(node, 'role') ?? '') ? node : itemAround(parentSeen(node), nears);
    nears.items.set(node, item);
  }
  return item;
};
// What the row or card that it is in is about.
const nearOf = (el, nears) => {
  const item = itemAround(parentSeen(el), nears);
  if (!item) return '';
  if (nears.words.has(item)) return nears.words.get(item);
  const head = from(item, 'querySelector', ITEM_HEADS);
  const near = head?.textContent.trim() ? squash(head.textContent, 80) : squash(of(item, 'textContent').slice(0, 300).replace(/\d+/g, ''), 80);
  nears.words.set(item, near);
  return near;
};

const boxFacts = (shown, el, tag, reach) => {
  const rect = withWords(el, tag, shown);
  const offset = frameOffset(el);
  const x = rect.left + offset.x, y = rect.top + offset.y;
  return {
    box: {
      x, y, width: rect.width, height: rect.height, iframe_offset_x: offset.x || undefined, iframe_offset_y: offset.y || undefined,
      out_of_view: reach === 'later' || undefined,
    },
  };
};
const factsOf = ({ el, tag, kind, role, frame, clear, sign, rect, reach, context }, counts, groups, nears) => {
  const ofRoot = counts.get(context.root);
  if (frame) return { key: keyOf(el), clear, css: context.way + cssOf(el, ofRoot), ...contentCorner(el) };
  const name = nameOf(el, tag, kind, sign === undefined || NAMED_BY_CONTENT.has(role) ? role : 'button');
  const { testId, id } = keysOf(el, tag);
  const unique = (key) => (key && ofRoot.get(key) === 1 ? context.way + key : undefined);
  const input = kind === 'I';
  return {
    key: keyOf(el), kind, role, name,
    state: stateOf(el, tag, role),
    called: name ? undefined : (TICKED.has(role) && !attr(el, 'title') && beside(el)) || called(el, tag),
    type: input ? valueKind(el, tag, role) : undefined,
    param: input ? paramOf(el, tag, role) : undefined,
    drags: sign === 'drag' || undefined,
    href: kind === 'L' && !name ? squash(attr(el, 'href') ?? '', VALUE_CHARS) : undefined,
    group: groupOf(el, groups),
    mark: markOf(el, tag, kind) || undefined,
    near: nearOf(el, nears) || undefined,
    css: context.way + cssOf(el, ofRoot),
    test_id: unique(testId), id: unique(id),
    xpath: context.root === document ? xpathOf(el) : undefined,
    ...boxFacts(rect, el, tag, reach),
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
  const metas = Array.from(document.getElementsByTagName('meta'));
  const says = (el, which, name) => attr(el, which)?.toLowerCase() === name;
  const meta = (name) => squash(metas.find((el) => says(el, 'name', name) || says(el, 'property', name))?.content, 300);
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

// Those listed once that are in no document now. Each is told once.
const toldGone = new Set();
const goneKeys = () => {
  const gone = [];
  for (const [key, ref] of kept) {
    const el = ref.deref();
    if (el?.isConnected) { toldGone.delete(key); continue; }
    if (!toldGone.has(key)) { gone.push(key); toldGone.add(key); }
    if (!el) { kept.delete(key); toldGone.delete(key); }
  }
  return gone;
};

let lastListed = [];
let lastCounts = new Map();
// `again` in one and the same look.
const observe = (again) => {
  if (!again) judgedShy = new WeakSet();
  forgetPlaces();
  beginLook();
  try {
    const gone = goneKeys();
    const { listed, off, counts, whole } = walk();
    const groups = new Map(), nears = { items: new Map(), words: new Map() };
    // Beyond the most that is listed, what is in view goes first; each list stays in document order.
    let chosen = listed;
    if (listed.length > MOST_LISTED) {
      const near = ({ rect }) => rect.bottom > 0 && rect.top < innerHeight;
      const first = new Set([...listed.filter(near), ...listed.filter((item) => !near(item))].slice(0, MOST_LISTED));
      chosen = listed.filter((item) => first.has(item));
    }
    lastListed = chosen.map((item) => item.el);
    lastCounts = counts;
    const until = performance.now() + FACTS_WITHIN_MS;
    const items = [], frames = [];
    for (const item of chosen) {
      if ((items.length & 15) === 0 && performance.now() > until) break;
      const facts = factsOf(item, counts, groups, nears);
      if (item.frame) frames.push({ at: items.length, ...facts });
      else items.push(facts);
    }
    return {
      born, gone, loading: document.readyState !== 'complete', position: position(), page: pageFacts(listed), total: listed.filter((item) => !item.frame).length,
      items, frames, suspects: suspects.length + shy.length, shy: shy.length,
      others: off.slice(0, MOST_LISTED).map(({ el, tag, kind, role }) => `${role} ${nameOf(el, tag, kind, role)}`),
      whole: whole && items.length + frames.length === chosen.length,
    };
  } finally { endLook(); }
};
