// Finds an observed element again, says where a mouse would hit it, and sets what a keyboard cannot.
const STILL_WITHIN_MS = 1500;

const nextFrame = () => new Promise((done) => {
  let over = false;
  const once = () => { if (!over) { over = true; done(); } };
  requestAnimationFrame(once);
  // A page that is not drawn has no frames.
  setTimeout(once, 100);
});

// An element that was found may stand for another: a label for its field, a box for the only field in it.
const FOR_A_FIELD = ['fill', 'check', 'choose'];
const fits = (el, deed) => {
  const { how, suggests: offers } = targetFacts(el);
  if (deed === 'fill') return ['type', 'set', 'slide', 'spin', 'choose'].includes(how) || how === 'pick';
  return deed === 'check' ? how === 'check' : how === 'choose' || how === 'pick' || (how === 'type' && offers);
};
// What can be seen in place of a select, or of the field of one, that a page hides behind something of its own.
const standIn = (el) => {
  const near = [];
  for (let next = nextSiblingOf.call(el); next && near.length < 4; next = nextSiblingOf.call(next)) if (isElement(next)) near.push(next);
  for (let up = parentSeen(el), i = 0; up && i < 3; up = parentSeen(up), i += 1) near.push(up);
  const opens = '[role=combobox], [aria-haspopup]';
  for (const box of near) {
    if (['body', 'html', 'form', 'main'].includes(tagOf(box))) break;
    const own = [...(from(box, 'matches', opens) ? [box] : []), ...from(box, 'querySelectorAll', opens)]
      .find((one) => one !== el && fits(one, 'choose') && canBeSeen(one));
    if (own) return own;
  }
  if (tagOf(el) === 'select') return near.find((one) => fits(one, 'choose') && canBeSeen(one)) ?? null;
  // The largest box around it that is still one field.
  let field = null;
  for (let up = parentSeen(el), i = 0; up && i < 4; up = parentSeen(up), i += 1) {
    if (canBeSeen(up) && boxOf(up).height < 120 && from(up, 'querySelectorAll', 'input:not([type=hidden])').length === 1) field = up;
  }
  return field;
};
const meant = (el, deed) => {
  if (deed === 'choose' && ['select', 'input'].includes(tagOf(el)) && !(boxOf(el).width > 4 && canBeSeen(el))) return standIn(el) ?? el;
  if (!FOR_A_FIELD.includes(deed) || fits(el, deed)) return el;
  if (tagOf(el) === 'label' && el.control) return el.control;
  const parts = [el, shadowOf(el)].filter(Boolean).flatMap((part) => Array.from(queryAll(part, FIELD_CSS)));
  const inner = parts.filter((field) => fits(field, deed) && seenPart(field));
  return inner.length === 1 ? inner[0] : el;
};
const FIELD_CSS = 'input:not([type=hidden]), select, textarea, [contenteditable], [role], [aria-haspopup]';

const sameControl = (el, wanted) => {
  const tag = tagOf(el);
  const control = controlOf(el, tag) ?? ['B', weakRole(el, tag)];
  return control[1] === wanted.role && nameOf(el, tag, control[0]) === wanted.name;
};
// What was found by a selector is known again by what it was when it was reached.
const faces = new Map();
const rememberFace = (wanted, el) => {
  if (wanted.role) return;
  const tag = tagOf(el);
  const [kind, role] = controlOf(el, tag) ?? ['B', weakRole(el, tag)];
  if (faces.size > 500) faces.clear();
  faces.set(wanted.key, { role, name: nameOf(el, tag, kind) });
};
// The element itself, or the one that stands in its place; else the only one that is called and works the same.
const foundAgain = (wanted) => {
  const known = kept.get(wanted.key)?.deref();
  if (wanted.born === born && known?.isConnected && known.ownerDocument.defaultView) return known;
  const again = wanted.css ? findDeep(wanted.css) : null;
  if (again && sameControl(again, wanted)) return again;
  const face = wanted.role ? wanted : faces.get(wanted.key);
  if (!face?.name || (!wanted.role && wanted.born !== born)) return null;
  const roots = [document, ...openRoots(document)];
  const named = [...roots, ...frameRoots(roots)].flatMap((root) => byRole(root, { role: face.role, name: '' }))
    .filter((el) => sameControl(el, face) && seenPart(el));
  return named.length === 1 ? named[0] : null;
};
const elementOf = (wanted) => {
  const el = foundAgain(wanted);
  return el && meant(el, wanted.deed);
};

const hitAt = (x, y) => {
  let root = document;
  let hit = null;
  for (let depth = 0; depth < 32; depth += 1) {
    const inner = root.elementFromPoint(x, y);
    if (!inner || inner === hit) return hit;
    hit = inner;
    const frame = frameDocument(hit);
    if (frame) {
      const rect = hit.getBoundingClientRect();
      const style = styleOf(hit);
      x -= rect.left + hit.clientLeft + (parseFloat(style.paddingLeft) || 0);
      y -= rect.top + hit.clientTop + (parseFloat(style.paddingTop) || 0);
      root = frame;
    } else if (shadowOf(hit)) root = shadowOf(hit);
    else return hit;
  }
  return hit;
};

const nick = (el) => {
  const id = attr(el, 'id');
  const first = (attr(el, 'class') ?? '').trim().split(/\s+/)[0];
  return squash(tagOf(el) + (id ? `#${id}` : first ? `.${first}` : ''), 80);
};
// The outermost box that covers, or the outermost in it that has a name.
const coverName = (hit, target) => {
  let top = hit;
  let named = attr(hit, 'id') || attr(hit, 'class') ? hit : null;
  for (let up = parentSeen(top); up && !holds(up, target); up = parentSeen(top)) {
    top = up;
    if (attr(up, 'id') || attr(up, 'class')) named = up;
  }
  return nick(named ?? top);
};
// Where a click means nothing, so that it only takes the focus away.
const emptyPlace = () => {
  for (let x = 3; x < innerWidth; x += Math.max(40, innerWidth / 12)) {
    for (let y = 3; y < innerHeight; y += Math.max(40, innerHeight / 10)) {
      const hit = document.elementFromPoint(x, y);
      if (hit && ['body', 'html'].includes(tagOf(hit))) return { is: 'ready', x, y };
    }
  }
  return { is: 'outside' };
};
// A list or a calendar that belongs to the field that has the focus, and that anybody would put away before going on.
const isLeftOpen = (hit, target) => {
  const active = document.activeElement;
  if (!active || active === document.body || active === target || holds(active, target)) return false;
  let floats = null;
  for (let node = hit; node && !holds(node, target); node = parentSeen(node)) {
    if (['absolute', 'fixed'].includes(styleOf(node)?.position)) floats = node;
  }
  if (floats === null || from(floats, 'matches', '[aria-modal=true], dialog, [role=dialog]')) return false;
  const { width, height } = boxOf(floats);
  return width * height < innerWidth * innerHeight / 2;
};

const pointsOf = (el) => {
  const offset = frameOffset(el);
  let rects = Array.from(el.getClientRects()).filter((rect) => rect.width > 0 && rect.height > 0).slice(0, 4);
  if (!rects.length) rects = [boxOf(el)];
  const parts = [[0.5, 0.5], [0.25, 0.5], [0.75, 0.5], [0.5, 0.25], [0.5, 0.75], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]];
  return rects.flatMap((rect) => parts.map(([a, b]) => ({
    x: offset.x + rect.left + rect.width * a, y: offset.y + rect.top + rect.height * b,
  })));
};

// Whether a control inside of the target takes the click for itself, as a button on a card does.
const takenWithin = (hit, target) => holds(target, hit) && hit !== target
  && ancestor(hit, (n) => n === target || controlOf(n, tagOf(n)) !== null) !== target;

// What a mouse may meet for the target: itself and what is in it, its label, or the control around words that let
// the mouse through.
const reaches = (target, hit, el) => {
  if (!hit) return false;
  if (holds(target, hit)) {
    // A link inside the words of a checkbox leads elsewhere.
    return target === el || ancestor(hit, (n) => n === target || ['a', 'button'].includes(tagOf(n))) === target;
  }
  if (ancestor(hit, (n) => tagOf(n) === 'label')?.control === el) return true;
  if (!holds(hit, target)) return false;
  // Transparent inputs inside of what is shown for them.
  const drawn = tagOf(target) === 'input' && ['checkbox', 'radio', 'range'].includes(target.type);
  if (drawn) return [1, 2, 3].reduce((nodes) => [...nodes, parentSeen(nodes[nodes.length - 1]) ?? target], [target]).includes(hit);
  return styleOf(target)?.pointerEvents === 'none' && controlOf(hit, tagOf(hit)) !== null;
};
// Of a closed shadow root only the host is hit from outside.
const inClosedRoot = (hit, target, x, y) => {
  const root = from(target, 'getRootNode');
  return nodeTypeOf.call(root) === 11 && root.mode === 'closed' && root.host === hit ? root.elementFromPoint(x, y) ?? hit : hit;
};
const inView = (p) => p.x >= 0 && p.y >= 0 && p.x < innerWidth && p.y < innerHeight;

// What the mouse met: asked after a click.
let aim = null;
const listening = new WeakSet();
const listenTo = (view) => {
  if (!view || listening.has(view)) return;
  listening.add(view);
  const met = (event) => {
    if (!aim || !event.isTrusted) return;
    const hit = event.composedPath()[0];
    if (isElement(hit)) aim[event.type] ??= hit;
  };
  for (const type of ['mousedown', 'click', 'contextmenu']) view.addEventListener(type, met, true);
};
const landed = (wanted) => {
  if (!aim || wanted.born !== born) return { is: 'landed', met: true, again: false };
  const { el, target, mousedown, click, contextmenu } = aim;
  if (mousedown && target.isConnected && !reaches(target, mousedown, el) && !holds(mousedown, target)) {
    return { is: 'landed', met: false, again: false, by: coverName(mousedown, target) };
  }
  // It was made anew under the mouse, and what came in its place has not heard of it.
  const lost = mousedown && !contextmenu && !el.isConnected && (!click || !holds(el, click));
  return { is: 'landed', met: true, again: Boolean(lost && elementOf(wanted)) };
};

const SCROLLS = ['center', 'end', 'start', 'nearest'];
const HIDES_FOR_MS = 150;
const locate = async (wanted, patienceMs, menusToo) => {
  let el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const began = performance.now();
  const until = began + Math.max(STILL_WITHIN_MS, patienceMs ?? 0);
  watchFrom(el);
  rememberFace(wanted, el);
  let before = null;
  let calm = 0;
  let scrolls = 0;
  let scrolledAt = 0;
  let answer = { is: 'hidden' };
  for (;;) {
    if (!el.isConnected) el = elementOf(wanted) ?? el;
    const target = el.isConnected ? seenPart(el) : null;
    if (!el.isConnected) answer = { is: 'gone' };
    else if (isDisabled(el)) answer = { is: 'disabled' };
    else if (!target) {
      answer = { is: 'hidden' };
      if (menusToo && performance.now() - began > HIDES_FOR_MS && isInMenu(el)) return { is: 'hidden', in_menu: true };
    } else {
      const rect = boxOf(target);
      const offset = frameOffset(target);
      const place = { x: rect.left + offset.x, y: rect.top + offset.y, w: rect.width, h: rect.height };
      const hits = pointsOf(target).filter(inView)
        .map((point) => ({ point, hit: inClosedRoot(hitAt(point.x, point.y), target, point.x, point.y) }));
      const own = hits.filter(({ hit }) => reaches(target, hit, el));
      const good = own.find(({ hit }) => !takenWithin(hit, target)) ?? own[0];
      const moved = before ? Math.hypot(place.x - before.x, place.y - before.y) : Infinity;
      const still = moved === 0 && place.w === before.w && place.h === before.h;
      // What trembles or breathes in its place can be hit as well.
      calm = moved < Math.min(place.w, place.h) / 4 ? calm + 1 : 0;
      if (good && (still || calm >= 12)) {
        listenTo(viewOf(el));
        aim = { el, target };
        stepBegins(el);
        return { is: 'ready', x: good.point.x, y: good.point.y, facts: targetFacts(el) };
      }
      if (!good) {
        const cover = hits.find(({ hit }) => hit)?.hit;
        answer = cover && cover !== target ? { is: 'covered', by: coverName(cover, target) } : { is: 'outside' };
        const now = performance.now();
        if (cover && scrolls >= SCROLLS.length && isLeftOpen(cover, target)) {
          return { ...answer, left_open: true, in_dialog: ancestor(target, (n) => from(n, 'matches', 'dialog, [role=dialog], [aria-modal=true]')) !== null };
        }
        if (scrolls < SCROLLS.length || now - scrolledAt > 300) {
          target.scrollIntoView({ block: SCROLLS[scrolls % SCROLLS.length], inline: 'center', behavior: 'instant' });
          scrolls += 1;
          scrolledAt = now;
        }
      } else answer = { is: 'moving' };
      before = place;
    }
    if (performance.now() > until) return answer;
    await nextFrame();
  }
};

const SET_BY_VALUE = ['date', 'time', 'datetime-local', 'month', 'week', 'color', 'range'];
const CHECK_ROLES = ['checkbox', 'switch', 'menuitemcheckbox', 'radio', 'menuitemradio'];
const flagOf = (el, name) => (hasAttr(el, name) ? attr(el, name) === 'true' : null);
const targetFacts = (el) => {
  const tag = tagOf(el);
  const input = tag === 'input';
  const box = input && (el.type === 'checkbox' || el.type === 'radio');
  const role = (attr(el, 'role') ?? '').trim().split(/\s+/)[0].toLowerCase();
  const popup = attr(el, 'aria-haspopup') ?? '';
  const editable = of(el, 'isContentEditable') === true;
  const text = tag === 'textarea' || editable || (input && !box && el.type !== 'file'
    && !['submit', 'button', 'reset', 'image'].includes(el.type));
  const opens = role === 'combobox' || role === 'listbox' || ['listbox', 'menu', 'tree', 'grid', 'true'].includes(popup);
  const read_only = el.readOnly === true || attr(el, 'aria-readonly') === 'true';
  let how = 'click';
  if (tag === 'select') how = 'choose';
  else if (input && el.type === 'file') how = 'file';
  else if (box || CHECK_ROLES.includes(role)) how = 'check';
  else if (input && SET_BY_VALUE.includes(el.type)) how = 'set';
  else if (text) how = read_only && opens ? 'pick' : 'type';
  else if (role === 'slider') how = 'slide';
  else if (role === 'spinbutton') how = 'spin';
  else if (opens) how = 'pick';
  else if (hasAttr(el, 'aria-pressed')) how = 'check';
  const said = flagOf(el, 'aria-checked') ?? flagOf(el, 'aria-pressed');
  return {
    how, read_only,
    checked: box ? el.checked : said,
    radio: input ? el.type === 'radio' : role === 'radio' || role === 'menuitemradio',
    suggests: how === 'type' && suggests(el, role, popup),
    keyed: how === 'type' && input && isMasked(el),
    split: input && el.maxLength === 1,
    search: input && (el.type === 'search' || role === 'searchbox' || el.closest('[role=search]') !== null),
    editor: editable,
    single: input,
    shy: tag.includes('-') && writtenAttr(el, 'role') === null,
    secret: input && el.type === 'password',
  };
};
const suggests = (el, role, popup) =>
  role === 'combobox' || ['list', 'both'].includes(attr(el, 'aria-autocomplete') ?? '') || popup === 'listbox'
  || /autocomplete|typeahead|autosuggest|combobox/i.test(attr(el, 'class') ?? '');
const isMasked = (el) =>
  ['data-mask', 'data-inputmask', 'data-slots', 'data-format'].some((name) => hasAttr(el, name))
  || /_{2,}|[md]{2}\W[md]{2}\W[y]{2,4}|y{4}\W[md]{2}/i.test(`${attr(el, 'placeholder')} ${el.value}`)
  || el.maxLength === 1;

// Whether it is checked; a page that asks its server first is given a moment.
const checkedNow = async (wanted, wish) => {
  const began = performance.now();
  for (;;) {
    const el = elementOf(wanted);
    // What its internals say is not read here.
    const until = began + (el && innate.has(el) ? 0 : 1000);
    const now = el ? targetFacts(el).checked : null;
    if (now === null || now === wish || performance.now() > until) return now;
    await nextFrame();
  }
};
const aFrame = async () => { await nextFrame(); return true; };
const isFileInput = (wanted) => {
  const el = elementOf(wanted);
  return el !== null && tagOf(el) === 'input' && el.type === 'file';
};

// After a click that may have gone to the label: the caret is where typing goes. All of the old text is selected, or
// the caret stands behind it.
const takeFocus = (wanted, behind) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  el.focus({ preventScroll: true });
  if (el.isContentEditable) {
    const range = el.ownerDocument.createRange();
    range.selectNodeContents(el);
    if (behind) range.collapse(false);
    const selection = el.ownerDocument.defaultView.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return { is: 'ready', empty: !el.textContent };
  }
  el.select?.();
  if (behind) {
    // Fields for numbers and addresses have a caret that scripts cannot set; setting the value moves it to the end.
    try { el.setSelectionRange(el.value.length, el.value.length); } catch { const value = el.value; el.value = ''; el.value = value; }
  }
  return { is: 'ready', empty: el.value === '' };
};

// The file input that is meant: the element itself, the one that its label belongs to, or the only one in it.
const fileInput = (wanted) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const isFiles = (input) => input && tagOf(input) === 'input' && input.type === 'file';
  const own = tagOf(el) === 'label' ? el.control : el;
  const inner = from(el, 'querySelectorAll', 'input[type=file]');
  const input = isFiles(own) ? own : inner.length === 1 ? inner[0] : null;
  if (input && isDisabled(input)) return { is: 'disabled' };
  return { is: 'ready', key: input ? keyOf(input) : null, several: !!input && (input.multiple || input.webkitdirectory) };
};
const elementAt = (key) => kept.get(key)?.deref() ?? null;

// Where a scroll leads: the sign of its direction, and what is read along its axis.
const UPRIGHT = { side: 'top', overflow: 'overflowY', room: 'clientHeight', whole: 'scrollHeight', at: 'scrollTop' };
const LEVEL = { side: 'left', overflow: 'overflowX', room: 'clientWidth', whole: 'scrollWidth', at: 'scrollLeft' };
const alongOf = (toward) => ({ ...(toward === 'left' || toward === 'right' ? LEVEL : UPRIGHT), sign: toward === 'down' || toward === 'right' ? 1 : -1 });
// How far a box can still be scrolled. Where text runs from the right, boxes count from there downward.
const roomLeft = (el, { whole, room, at, side, sign }) => {
  const most = of(el, whole) - of(el, room);
  const now = side === 'left' && styleOf(el)?.direction === 'rtl' ? most + of(el, at) : of(el, at);
  return sign > 0 ? most - now : now;
};
const rollBy = (box, { side, sign }, px) => from(box, 'scrollBy', { [side]: sign * px, behavior: 'instant' });

// Scrolls what a person's wheel would: the page, else the box in the middle of it, else the largest one.
const scrollPage = (toward, px) => {
  const root = document.scrollingElement ?? document.documentElement;
  const along = alongOf(toward);
  const scrolls = (el) => {
    if (roomLeft(el, along) < 1) return false;
    const overflow = styleOf(el)?.[along.overflow];
    return el === root ? overflow !== 'hidden' : overflow === 'auto' || overflow === 'scroll';
  };
  let box = scrolls(root) ? root : null;
  const middle = box ? null : hitAt(innerWidth / 2, innerHeight / 2);
  box ??= middle && ancestor(middle, scrolls);
  if (!box) {
    const size = (el) => of(el, 'clientWidth') * of(el, 'clientHeight');
    const all = Array.from(queryAll(document, '*')).slice(0, MOST_ELEMENTS).filter((el) => scrolls(el) && canBeSeen(el));
    box = all.sort((a, b) => size(b) - size(a))[0] ?? null;
  }
  if (!box) return { is: 'ready' };
  const view = along.side === 'left' ? innerWidth : innerHeight;
  rollBy(box, along, px ?? (box === root ? view : of(box, along.room)) * 0.8);
  return { is: 'ready' };
};

const tellChange = (el) => {
  el.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  el.dispatchEvent(new Event('change', { bubbles: true }));
};

// The option that is called so: in these words, by its value, or the only one that begins so.
const calledSo = (all, value, namesOf) => {
  const plain = (text) => squash(text, VALUE_CHARS).toLowerCase();
  const wanted = plain(value);
  if (!wanted) return all.find((o) => namesOf(o).some((name) => name === value)) ?? null;
  const exact = all.find((o) => namesOf(o).some((name) => squash(name) === squash(value)))
    ?? all.find((o) => namesOf(o).some((name) => plain(name) === wanted));
  if (exact) return exact;
  const begins = all.filter((o) => {
    const name = plain(namesOf(o)[0]);
    return name.startsWith(wanted) && !/[\p{L}\p{N}]/u.test(name[wanted.length] ?? '');
  });
  return begins.length === 1 ? begins[0] : null;
};
const inShort = (names) => {
  const some = names.slice(0, 20).map((name) => squash(name, 60)).join(', ');
  return names.length > 20 ? `${some} and ${names.length - 20} more` : some;
};

const choose = (wanted, values) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const all = Array.from(el.options);
  const takes = el.multiple ? 'several' : 'one';
  if (values.length > 1 && !el.multiple) return { is: 'takes_one' };
  const chosen = [];
  for (const value of values) {
    const options = calledSo(all, value, (o) => [o.label, o.value]);
    const parts = options || takes === 'one' ? [] : value.split(/\s*[,;\n]\s*/).filter(Boolean);
    const found = options ? [options] : parts.map((part) => calledSo(all, part, (o) => [o.label, o.value]));
    const wrong = found.findIndex((o) => !o || o.disabled || o.parentElement?.disabled);
    if (!found.length || wrong >= 0) {
      const free = all.filter((o) => !o.disabled && !o.parentElement?.disabled);
      return { is: 'no_such_value', value: parts[wrong] ?? value, values: inShort(free.map((o) => o.label)) };
    }
    chosen.push(...found);
  }
  el.focus({ preventScroll: true });
  if (el.multiple) for (const o of all) o.selected = chosen.includes(o);
  else el.selectedIndex = all.indexOf(chosen[0]);
  tellChange(el);
  return { is: 'ready' };
};

const setValue = (wanted, value) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const before = el.value;
  el.focus({ preventScroll: true });
  el.value = value;
  const taken = el.type === 'range' ? Number(el.value) === Number(value) : el.value.toLowerCase() === value.toLowerCase();
  if (!taken) {
    el.value = before;
    const like = {
      date: '2026-11-22', time: '14:30', 'datetime-local': '2026-11-22T14:30', month: '2026-11', week: '2026-W47',
      color: '#3366ff', range: `a number from ${el.min || 0} to ${el.max || 100}`,
    };
    return { is: 'bad_value', like: like[el.type] ?? '' };
  }
  tellChange(el);
  return { is: 'ready' };
};

const focusOn = (wanted) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  el.focus({ preventScroll: true });
  return { is: 'ready' };
};

// Brings an element into view, whatever lies over it.
const scrollTo = async (wanted) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const target = seenPart(el) ?? el;
  target.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  await nextFrame();
  return whereIs(wanted);
};
// The middle of an element, when it is in view.
const whereIs = (wanted) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const target = seenPart(el) ?? el;
  const point = pointsOf(target).find(inView);
  return point ? { is: 'ready', x: point.x, y: point.y } : { is: 'outside' };
};

// Scrolls the element, or the nearest box around it that scrolls.
const scrollIn = async (wanted, toward, px) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const along = alongOf(toward);
  const scrolls = (node) => of(node, along.whole) > of(node, along.room) + 1
    && (['auto', 'scroll', 'overlay'].includes(styleOf(node)?.[along.overflow]) || node === document.scrollingElement);
  const inner = () => Array.from(from(el, 'querySelectorAll', '*')).slice(0, 3000).find(scrolls);
  const box = (scrolls(el) ? el : inner()) ?? ancestor(el, scrolls) ?? document.scrollingElement;
  if (box) rollBy(box, along, px ?? of(box, along.room) * 0.8);
  // The page hears of it with the next frame.
  await nextFrame();
  return { is: 'ready' };
};

// Whether something says of itself that files are dropped on it.
const takesDrops = (wanted) => {
  const el = elementOf(wanted);
  const said = el ? `${attr(el, 'class')} ${attr(el, 'id')} ${attr(el, 'aria-label')}` : '';
  return { likely: /drop.?(zone|area|target)|file.?drop/i.test(said) };
};
// A drop is taken by who keeps the browser from opening the file itself.
let dropped = null;
const expectDrop = (wanted) => {
  const el = elementOf(wanted);
  dropped = null;
  const view = el && viewOf(el);
  view?.addEventListener('drop', (event) => {
    dropped = false;
    // After everybody has heard of it, and before the browser does anything.
    queueMicrotask(() => { dropped = dropped || event.defaultPrevented; });
    setTimeout(() => { dropped = dropped || event.defaultPrevented; });
  }, { capture: true, once: true });
  return true;
};
const wasDropTaken = async () => { await nextFrame(); return dropped === true; };
