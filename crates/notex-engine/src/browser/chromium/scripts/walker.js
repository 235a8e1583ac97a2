// Lists what a person can do on the page, in document order, through shadow roots and the frames that scripts can enter.
const MOST_ELEMENTS = 150000;
const MOST_LISTED = 3000;
const MOST_OPTIONS = 500;
const MOST_SUSPECTS = 64;
// A page that takes longer than this is listed as far as it was read.
const WALKS_WITHIN_MS = 2500;
const FACTS_WITHIN_MS = 1500;

const BUTTON_ROLES = new Set(['button', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'tab', 'checkbox',
  'switch', 'radio', 'option', 'treeitem']);
const FIELD_ROLES = new Set(['textbox', 'searchbox', 'combobox', 'spinbutton', 'slider']);
// Controls only where something says that they do something.
const ACTING_ROLES = new Set(['gridcell', 'row', 'columnheader', 'rowheader', 'cell', 'separator', 'scrollbar', 'listbox',
  'listitem', 'img', 'heading', 'article', 'group', 'region', 'figure', 'note', 'generic']);
const OTHER_ROLES = new Set(['alert', 'alertdialog', 'application', 'banner', 'blockquote', 'caption', 'code', 'complementary',
  'contentinfo', 'definition', 'deletion', 'dialog', 'directory', 'document', 'emphasis', 'feed', 'form', 'grid', 'insertion',
  'link', 'list', 'log', 'main', 'mark', 'marquee', 'math', 'menu', 'menubar', 'meter', 'navigation', 'none', 'paragraph',
  'presentation', 'progressbar', 'radiogroup', 'rowgroup', 'search', 'status', 'strong', 'subscript', 'superscript', 'table',
  'tablist', 'tabpanel', 'term', 'time', 'timer', 'toolbar', 'tooltip', 'tree', 'treegrid', 'image', 'suggestion']);
const NOT_ENTERED = new Set(['select', 'textarea', 'script', 'style', 'template', 'noscript', 'head', 'object', 'video',
  'audio', 'canvas']);
const NEEDS_STYLE = new Set(['iframe', 'frame']);
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

// The first of the roles it says that is one.
const saidRole = (said) => {
  for (const word of said.toLowerCase().split(/\s+/)) {
    if (BUTTON_ROLES.has(word) || FIELD_ROLES.has(word) || ACTING_ROLES.has(word) || OTHER_ROLES.has(word)) return word;
  }
  return '';
};

const isEditingHost = (el) => of(el, 'isContentEditable') && (tagOf(el) !== 'body' || hasAttr(el, 'contenteditable'))
  && !(parentSeen(el) && of(parentSeen(el), 'isContentEditable'));
const isLink = (el, tag) => (tag === 'a' || tag === 'area') && (hasAttr(el, 'href') || hasAttr(el, 'xlink:href'));

// [kind, role], or null for what is not a control by itself.
const controlOf = (el, tag) => {
  const given = attr(el, 'role');
  const said = given ? saidRole(given) : '';
  if (tag === 'input') {
    const type = el.type;
    if (type === 'hidden') return null;
    if (type === 'file') return ['I', 'button'];
    if (type === 'checkbox' || type === 'radio') return ['B', BUTTON_ROLES.has(said) ? said : type];
    if (BUTTON_TYPES.has(type)) return ['B', BUTTON_ROLES.has(said) ? said : 'button'];
    return ['I', FIELD_ROLES.has(said) ? said : el.list ? 'combobox' : INPUT_ROLES[type] ?? 'textbox'];
  }
  if (tag === 'textarea') return ['I', FIELD_ROLES.has(said) ? said : 'textbox'];
  if (tag === 'select') return ['I', el.multiple || el.size > 1 ? 'listbox' : 'combobox'];
  if (tag === 'button') return said === 'link' ? ['B', said] : ['B', BUTTON_ROLES.has(said) || FIELD_ROLES.has(said) || ACTING_ROLES.has(said) ? said : 'button'];
  if (tag === 'summary') return isFirstSummary(el) ? ['B', BUTTON_ROLES.has(said) ? said : 'button'] : null;
  if (isLink(el, tag)) return BUTTON_ROLES.has(said) || FIELD_ROLES.has(said) || said === 'gridcell' ? ['B', said] : ['L', 'link'];
  if (isEditingHost(el)) return ['I', FIELD_ROLES.has(said) ? said : 'textbox'];
  if (!said) return null;
  if (said === 'link') return ['L', said];
  if (said === 'slider' || said === 'spinbutton') return ['I', said];
  if (BUTTON_ROLES.has(said) || FIELD_ROLES.has(said)) return ['B', said];
  return null;
};
const isFirstSummary = (el) => {
  const details = parentNodeOf.call(el);
  if (!details || !isElement(details) || tagOf(details) !== 'details') return false;
  for (let node = firstChildOf.call(details); node && node !== el; node = nextSiblingOf.call(node)) {
    if (isElement(node) && tagOf(node) === 'summary') return false;
  }
  return true;
};

// Elements that listen for a mouse, as the browser's debugger told.
const hearing = new WeakSet();
const isHandle = (el) => hasAttr(el, 'aria-grabbed') || /sortable|draggable/i.test(attr(el, 'aria-roledescription') ?? '')
  || /(^|[\s_-])(sortable|draggable|drag)[_-]handle(\s|$)/i.test(attr(el, 'class') ?? '');
// Boxes that are told where their children are pressed and where they are dragged: the children can be put in order.
const sorters = new WeakSet();
let isAnySorter = false;
const isSorted = (el) => isAnySorter && sorters.has(parentNodeOf.call(el)) && of(parentNodeOf.call(el), 'childElementCount') > 1;
const isDragged = (el) => attr(el, 'draggable') === 'true' || isHandle(el) || isSorted(el);
// What can be taken by keyboard and stands in a small bar that listens for a mouse is what is pushed along it.
const isPushed = (el, style) => {
  if (!hasAttr(el, 'tabindex') || attr(el, 'tabindex') < 0 || style.position === 'static') return false;
  const parent = parentSeen(el);
  return !!parent && hearing.has(parent) && of(el, 'offsetWidth') <= 48 && of(el, 'offsetHeight') <= 48 && textOf(el, 20) === '';
};
const pushedTo = (el) => {
  const own = boxOf(el), bar = boxOf(parentSeen(el));
  const [at, from, size] = bar.width >= bar.height ? [own.left + own.width / 2, bar.left, bar.width] : [bar.bottom, own.top + own.height / 2, bar.height];
  return Math.round(Math.min(1, Math.max(0, (at - from) / size)) * 100);
};
// Where it stands on its bar is its number.
const handles = new WeakSet();
const takeForSlider = (el) => {
  handles.add(el);
  const bar = boxOf(parentSeen(el));
  isAnyInnate = true;
  innate.set(el, {
    role: 'slider', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-orientation': bar.width >= bar.height ? 'horizontal' : 'vertical',
    get 'aria-valuenow'() { return String(pushedTo(el)); },
  });
};
// Why an element that is no control by itself may be one: what it says, or what it looks like.
const weakSign = (el, tag, style, pointer) => {
  if (tag === 'html' || tag === 'body') return null;
  if (hasAny(el)) {
    if (hasAttr(el, 'onclick') || hasAttr(el, 'onmousedown') || hasAttr(el, 'onpointerdown')) return 'heard';
    const given = attr(el, 'role');
    const said = given ? saidRole(given) : '';
    if (said && ACTING_ROLES.has(said) && said !== 'generic') {
      const focusable = hasAttr(el, 'tabindex');
      if (said === 'separator' || said === 'scrollbar') return focusable && hasAttr(el, 'aria-valuenow') ? 'role' : null;
      if (said === 'listbox') return focusable || hasAttr(el, 'aria-activedescendant') ? 'role' : null;
      if ((said === 'gridcell' || said === 'row' || said === 'columnheader') && (hasAttr(el, 'aria-selected') || hasAttr(el, 'aria-expanded') || focusable)) return 'role';
    }
  }
  if (isPushed(el, style)) return 'push';
  if (style.cursor === 'pointer' && !pointer) return hearing.has(el) ? 'seen' : 'look';
  return hearing.has(el) ? 'told' : null;
};
const looksClickable = (el, tag) => {
  const parent = parentSeen(el);
  const style = styleOf(el);
  return !!style && weakSign(el, tag, style, !!parent && styleOf(parent)?.cursor === 'pointer') !== null;
};
const weakRole = (el, tag) => {
  const given = attr(el, 'role');
  const said = given ? saidRole(given) : '';
  if (said && said !== 'none' && said !== 'presentation' && said !== 'generic') return said;
  return 'button';
};
// What listens on a box with much in it listens for what is inside.
const isTooMuch = (el, rect) => {
  // Nothing is inside of what is drawn.
  if (tagOf(el) === 'canvas') return false;
  if (rect.width * rect.height > innerWidth * innerHeight * 0.5 || of(el, 'childElementCount') > 24) return true;
  let blocks = 0;
  for (let child = firstChildOf.call(el); child; child = nextSiblingOf.call(child)) {
    if (isElement(child) && /^(block|flex|grid|list-item|table|table-row)$/.test(styleOf(child)?.display)) blocks += 1;
  }
  return blocks > 1;
};

// Hosts whose shadow root may be closed: scripts cannot tell, the browser's debugger can.
let suspects = [];
const judgedHosts = new WeakSet();
const MAY_HOST = new Set(['div', 'span', 'section', 'article', 'aside', 'main', 'header', 'footer', 'nav', 'p']);
const maybeHost = (el, tag) => {
  if (judgedHosts.has(el) || suspects.length >= MOST_SUSPECTS || shy.includes(el)) return;
  if (tag.includes('-')) { if (el.matches(':defined')) suspects.push(el); return; }
  if (!MAY_HOST.has(tag) || firstChildOf.call(el)) return;
  const rect = el.getBoundingClientRect();
  if (rect.width >= 16 && rect.height >= 8) suspects.push(el);
};
// Asked with the nodes themselves as the answer.
const takeSuspects = () => {
  const all = [...shy, ...suspects];
  asked = shy;
  suspects = [];
  shy = [];
  for (const el of all) judgedHosts.add(el);
  for (const el of asked) judgedShy.add(el);
  return all;
};
// Custom elements that may be controls by their internals, which the accessibility tree knows. What it said may have
// changed by the next look.
let shy = [];
let asked = [];
let judgedShy = new WeakSet();
const notShy = new WeakSet();
const isShy = (el) => writtenAttr(el, 'role') === null && !notShy.has(el) && !judgedShy.has(el) && el.matches(':defined')
  && (el.tabIndex >= 0 || el.matches(':enabled, :disabled') || hearing.has(el) || innate.has(el) || styleOf(el)?.cursor === 'pointer');
const maybeShy = (el) => { if (shy.length < MOST_SUSPECTS && isShy(el)) shy.push(el); };
// In the order in which they were asked for; answers how many are others than before.
const adoptInternals = (...all) => {
  let changed = 0;
  asked.forEach((el, i) => {
    const [before, now] = [innate.get(el), all[i] ?? undefined];
    if (!now) notShy.add(el);
    if (JSON.stringify(before) === JSON.stringify(now)) return;
    changed += 1;
    if (!now) { innate.delete(el); return; }
    isAnyInnate = true;
    innate.set(el, now);
  });
  asked = [];
  return changed;
};
// The element alone, for who is about to operate it.
const takeShy = (wanted) => {
  const el = elementOf(wanted);
  asked = el && tagOf(el).includes('-') && writtenAttr(el, 'role') === null ? [el] : [];
  return asked;
};
const adoptRoots = (...roots) => { for (const root of roots) closedRoots.set(root.host, root); return roots.length; };
const adoptListeners = (...nodes) => {
  let plain = 0;
  for (const node of nodes) {
    if (!isElement(node)) continue;
    hearing.add(node);
    if (!controlOf(node, tagOf(node))) plain += 1;
  }
  return plain;
};
const adoptSorters = (...nodes) => {
  for (const node of nodes) if (isElement(node)) { sorters.add(node); isAnySorter = true; }
  return nodes.length;
};

const walk = () => {
  const found = [];
  const off = [];
  const counts = new Map();
  const until = performance.now() + WALKS_WITHIN_MS;
  let seen = 0;
  suspects = [];
  shy = [];
  const stack = [];
  const contexts = [];
  const pushChildren = (node, context) => {
    const first = stack.length;
    for (let child = firstElementOf(node); child; child = nextElementOf.call(child)) {
      stack.push(child);
      contexts.push(context);
    }
    for (let a = first, b = stack.length - 1; a < b; a += 1, b -= 1) {
      const other = stack[a]; stack[a] = stack[b]; stack[b] = other;
    }
  };
  // What is shown in a slot is inside of what the slot is in.
  const pushSlotted = (host, shadow, context) => {
    pushChildren(host, context);
    for (let i = stack.length - 1; i >= 0 && contexts[i] === context && parentNodeOf.call(stack[i]) === host; i -= 1) {
      const slot = of(stack[i], 'assignedSlot') ?? (of(host, 'shadowRoot') ? null : shadow.querySelector('slot'));
      if (!slot) continue;
      const around = ancestor(slot, (node) => node === host || controlOf(node, tagOf(node)) !== null);
      contexts[i] = { ...context, inside: context.inside || around !== host, pointer: styleOf(slot)?.cursor === 'pointer' };
    }
  };
  const open = (root, context) => {
    counts.set(root, new Map());
    pushChildren(root, { ...context, root, view: nodeTypeOf.call(root) === 9 ? defaultViewOf.call(root) : viewOf(root) });
  };
  open(document, { way: '', inside: false, pointer: false, hidden: false, dead: false });
  let whole = true;
  while (stack.length) {
    if (seen >= MOST_ELEMENTS || ((seen & 255) === 0 && performance.now() > until)) { whole = false; break; }
    const el = stack.pop();
    const context = contexts.pop();
    seen += 1;
    const tag = tagOf(el);
    if (UNTOLD.has(tag)) continue;
    const said = hasAny(el);
    if (said) {
      const ofRoot = counts.get(context.root);
      for (const key of keysOf(el, tag).all) ofRoot.set(key, (ofRoot.get(key) ?? 0) + 1);
    }
    let { inside, pointer, hidden, dead } = context;
    if (hidden) {
      // Only what is shown by its label counts here.
      if (tag === 'input' && !dead && (el.type === 'file' || el.labels?.length)) {
        const control = controlOf(el, tag);
        const place = control && !isDisabled(el) ? seenPart(el) : null;
        const rect = place && boxOf(place);
        const reach = place && reachOf(el, place, rect);
        if (reach) found.push({ el, tag, kind: control[0], role: control[1], certain: true, place, rect, reach, context });
      }
      if (!NOT_ENTERED.has(tag)) pushChildren(el, context);
      continue;
    }
    if (tag.includes('-')) maybeShy(el);
    const control = controlOf(el, tag);
    // Of what is in a control only other controls count.
    const style = inside && !control && !NEEDS_STYLE.has(tag) ? null : styleOf(el, context.view);
    if (style === undefined) continue;
    if (said && (hasAttr(el, 'inert') || attr(el, 'aria-disabled') === 'true')) dead = true;
    if (style?.display === 'none') hidden = true;
    if (control) {
      let rect = boxOf(el);
      const place = isShown(el, style, rect) && !(tag === 'input' && isCutAway(style)) ? el : seenPart(el);
      if (place) {
        if (place !== el) rect = boxOf(place);
        const handle = said && control[0] === 'B' && isHandle(el) ? 'drag' : undefined;
        const item = { el, tag, kind: control[0], role: control[1], certain: true, sign: handle, place, rect, context };
        if (dead || from(el, 'matches', ':disabled')) off.push(item);
        else {
          item.reach = reachOf(el, place, rect, place === el ? style : null);
          (item.reach ? found : off).push(item);
        }
      }
      inside = true;
    } else if (hidden) {
      // Nothing of it is shown.
    } else if (tag === 'label' && el.control) {
      inside = true;
    } else if (!inside || ((said || isAnySorter) && isDragged(el))) {
      const dragged = (said || isAnySorter) && isDragged(el);
      const shown = style ?? styleOf(el, context.view);
      const sign = dragged ? 'drag' : weakSign(el, tag, shown, pointer);
      const rect = sign && !dead ? boxOf(el) : null;
      const fits = rect && isShown(el, shown, rect) && (sign !== 'told' || !isTooMuch(el, rect));
      const reach = fits && reachOf(el, el, rect, shown);
      if (reach) {
        if (sign === 'push') takeForSlider(el);
        found.push({ el, tag, kind: sign === 'push' ? 'I' : 'B', role: weakRole(el, tag), certain: sign === 'drag', sign, strong: sign !== 'look' && shown.cursor === 'pointer', place: el, rect, reach, context });
      }
    }
    if (style) pointer = style.cursor === 'pointer';
    if (NOT_ENTERED.has(tag)) continue;
    const changed = inside !== context.inside || pointer !== context.pointer || hidden !== context.hidden || dead !== context.dead;
    const within = changed ? { ...context, inside, pointer, hidden, dead } : context;
    if (tag === 'iframe' || tag === 'frame') {
      const rect = boxOf(el);
      if (!hidden && !dead && of(el, 'clientWidth') > 2 && of(el, 'clientHeight') > 2 && isShown(el, style, rect) && reachOf(el, el, rect, style)) {
        const frame = frameDocument(el);
        if (frame) {
          // One that is just being replaced cannot be read.
          try { open(frame, { way: wayTo(el, context, counts), inside: false, pointer: false, hidden: false, dead: false }); } catch { /* as if it were empty */ }
        }
        if (!frame) found.push({ el, tag, frame: true, clear: isClear(el, rect), certain: true, place: el, rect, context });
      }
      continue;
    }
    const shadow = shadowOf(el);
    if (shadow) pushSlotted(el, shadow, within);
    else pushChildren(el, within);
    if (shadow) open(shadow, { ...within, way: wayTo(el, context, counts) });
    else if (!hidden) maybeHost(el, tag);
  }
  return { listed: withoutBoxes(found), off, counts, whole };
};
// Is drawn, and is more than the one pixel that pages hide text in. What clips it is asked for later.
const isShown = (el, style, rect) => {
  if (rect.width <= 1 || rect.height <= 1) return false;
  return Element.prototype.checkVisibility.call(el, VISIBLY) || (style.display === 'contents' && hasContentsDisplay(el)) || tagOf(el) === 'area';
};
// A clickable box around other controls is no control of its own. Nor is a list of options that are listed themselves.
// One that listens itself and looks like it is, where its middle is none of theirs: a row with a link in it.
const withoutBoxes = (found) => found.filter((item, i) => {
  if (item.certain || !found[i + 1] || !holds(item.el, found[i + 1].el)) return true;
  if (!item.strong) return false;
  const x = (item.rect.left + item.rect.right) / 2, y = (item.rect.top + item.rect.bottom) / 2;
  for (let j = i + 1; found[j] && holds(item.el, found[j].el); j += 1) {
    const { left, top, right, bottom } = found[j].rect;
    if (found[j].sign === 'look' || (x >= left && x <= right && y >= top && y <= bottom)) return false;
  }
  return true;
});
// Counting is not finished when a host or frame is passed, so its own step names its place.
const wayTo = (el, context, counts) => {
  const id = attr(el, 'id');
  const step = id && queryAll(context.root, `#${CSS.escape(id)}`).length === 1
    ? `#${CSS.escape(id)}` : cssOf(el, new Map());
  return `${context.way}${step} >>> `;
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
// Whether nothing lies over what is seen of a frame, as far as a grid over it tells.
const CLEAR_EVERY_PX = 24;
const isClear = (frame, rect) => {
  const offset = frameOffset(frame);
  const seen = meet(rect, clipAround(frame).seen);
  for (let x = seen.left + 2; x < seen.right; x += CLEAR_EVERY_PX) {
    for (let y = seen.top + 2; y < seen.bottom; y += CLEAR_EVERY_PX) if (hitAt(x + offset.x, y + offset.y) !== frame) return false;
  }
  return true;
};
// Of boxes in a frame, those that are in view and wholly covered by what lies over it: their places in the list.
const coveredIn = (key, boxes) => {
  const frame = elementAt(key);
  if (!frame?.isConnected) return [];
  const corner = contentCorner(frame);
  beginLook();
  try {
    const offset = frameOffset(frame);
    const seen = meet(frame.getBoundingClientRect(), clipAround(frame).seen);
    return boxes.flatMap(([x, y, width, height], i) => {
      const left = corner.x - offset.x + x, top = corner.y - offset.y + y;
      const shown = meet({ left, top, right: left + width, bottom: top + height }, seen);
      if (isVoid(shown)) return [];
      const points = [[0.5, 0.5], [0.2, 0.5], [0.8, 0.5], [0.5, 0.2], [0.5, 0.8], [0.1, 0.1], [0.9, 0.9]];
      const at = ([a, b]) => hitAt(offset.x + shown.left + (shown.right - shown.left) * a, offset.y + shown.top + (shown.bottom - shown.top) * b);
      return points.some((point) => at(point) === frame) ? [] : [i];
    });
  } finally { endLook(); }
};
const framePlace = (frame) => {
  if (frameDocument(frame) || !frame.isConnected || !canBeSeen(frame)) return null;
  const next = lastListed.findIndex((el) => frame.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING);
  const counts = lastCounts.get(frame.getRootNode()) ?? new Map();
  return { ...contentCorner(frame), css: cssOf(frame, counts), after: next < 0 ? lastListed.length : next };
};
// All frames that cannot be entered from here.
const frameMarks = () => {
  forgetPlaces();
  const roots = [document, ...openRoots(document)];
  return [...roots, ...frameRoots(roots)].flatMap((root) => Array.from(queryAll(root, 'iframe, frame'))).slice(0, 200)
    .map((frame) => [frame, framePlace(frame)]).filter(([, place]) => place)
    .map(([frame, place]) => ({ key: keyOf(frame), ...place }));
};
const frameReach = (key, x, y) => {
  const frame = elementAt(key);
  if (!frame?.isConnected || !canBeSeen(frame)) return null;
  const at = () => { const corner = contentCorner(frame); return { x: corner.x + x, y: corner.y + y }; };
  const outside = (p) => p.x < 0 || p.y < 0 || p.x >= innerWidth || p.y >= innerHeight;
  if (outside(at())) frame.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  const point = at();
  const hit = outside(point) ? null : hitAt(point.x, point.y);
  return { ...point, by: hit === frame ? null : hit ? coverName(hit, frame) : 'the edge of the view' };
};
