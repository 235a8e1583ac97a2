// Lists that pages make themselves: selects of their own, menus, suggestions. An option is found by the part that it
// plays; where a page says nothing of parts, by what came when the list was opened.
const OPTION_ROLES = 'option menuitem menuitemradio menuitemcheckbox treeitem'.split(' ').map((role) => `[role=${role}]`).join(', ');
const LIKE_OPTIONS = 'li, [class*="option" i], [class*="item" i], [class*="result" i], [class*="suggest" i], [class*="choice" i]';
const LISTS = '[role=listbox], [role=menu], [role=tree], [role=grid]';
const MOST_OPTIONS_READ = 2000;
const MOST_SCROLLS = 150;

const MOST_IN_A_LIST = 20000;
const everywhere = (css) => [document, ...openRoots(document)].flatMap((one) => Array.from(queryAll(one, css)));
// What is shown in a box, also what stands elsewhere and is shown in its slots.
const allWithin = (box, css) => {
  const found = [];
  const waiting = [box];
  for (let i = 0; waiting.length && i < MOST_IN_A_LIST; i += 1) {
    const node = waiting.pop();
    if (node !== box && from(node, 'matches', css)) found.push(node);
    const inner = Array.from(flatChildren(node)).filter(isElement);
    for (let j = inner.length - 1; j >= 0; j -= 1) waiting.push(inner[j]);
  }
  return found;
};
let seenBefore = new WeakSet();
// Before a list is opened: what can be seen now is no part of it.
const noteOptions = () => {
  seenBefore = new WeakSet(everywhere(`${OPTION_ROLES}, ${LIKE_OPTIONS}, ${DAY_CELLS}`).slice(0, MOST_OPTIONS_READ * 4).filter(canBeSeen));
  return { is: 'ready' };
};

// The boxes that the element says it opens, or the nearest that can be seen around them.
const popupsOf = (el) => {
  const sayers = [el, ...from(el, 'querySelectorAll', '[aria-controls], [aria-owns]')];
  const around = from(el, 'closest', '[aria-controls], [aria-owns]');
  if (around) sayers.push(around);
  const ids = sayers.flatMap((one) => `${attr(one, 'aria-controls') ?? ''} ${attr(one, 'aria-owns') ?? ''}`.split(/\s+/)).filter(Boolean);
  const root = from(el, 'getRootNode');
  const boxes = ids.map((id) => root.getElementById?.(id) ?? document.getElementById(id)).filter(Boolean);
  return boxes.map((box) => ancestor(box, (node) => canBeSeen(node) && tagOf(node) !== 'body' && !holds(node, el))).filter(Boolean);
};
const innermost = (all) => all.filter((el) => !all.some((other) => other !== el && holds(el, other)));
const optionsWithin = (root) => {
  const parts = allWithin(root, OPTION_ROLES).slice(0, MOST_OPTIONS_READ).filter(canBeSeen);
  return parts.length ? parts : innermost(allWithin(root, LIKE_OPTIONS).slice(0, MOST_OPTIONS_READ).filter(canBeSeen));
};
const optionsOf = (el) => {
  if (attr(el, 'role') === 'listbox') return optionsWithin(el);
  for (const popup of popupsOf(el)) {
    const options = optionsWithin(popup);
    if (options.length) return options;
  }
  const came = everywhere(OPTION_ROLES).slice(0, MOST_OPTIONS_READ).filter((o) => o !== el && !seenBefore.has(o) && canBeSeen(o));
  if (came.length) return came;
  const like = everywhere(LIKE_OPTIONS).slice(0, MOST_OPTIONS_READ * 4)
    .filter((o) => !seenBefore.has(o) && canBeSeen(o) && !holds(o, el) && textOf(o));
  return innermost(like);
};
const namesOfOption = (o) => [textOf(o), attr(o, 'aria-label'), attr(o, 'data-value'), attr(o, 'value'), attr(o, 'title'), attr(o, 'data-label')]
  .filter((name) => name !== null);
const isTaken = (o) => ['aria-selected', 'aria-checked'].some((name) => attr(o, name) === 'true');
const scrollerOf = (o) => ancestor(o, (node) => {
  const style = styleOf(node);
  return of(node, 'scrollHeight') > of(node, 'clientHeight') + 20 && /auto|scroll|overlay|hidden/.test(style?.overflowY ?? '')
    && tagOf(node) !== 'body' && tagOf(node) !== 'html';
});

const optionFound = (el, o) => {
  const list = ancestor(o, (node) => from(node, 'matches', LISTS));
  const several = [list, el].some((one) => one && attr(one, 'aria-multiselectable') === 'true')
    || attr(o, 'role') === 'menuitemcheckbox';
  return { is: 'option', key: keyOf(o), born, taken: isTaken(o), several, off: isDisabled(o) };
};
// Looks at the list, and through all of it where only a part is there at a time.
const findOption = async (wanted, value) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  let options = optionsOf(el);
  let option = calledSo(options, value, namesOfOption);
  if (option) return optionFound(el, option);
  const scroller = options.length ? scrollerOf(options[0]) : null;
  const names = new Set(options.map((o) => namesOfOption(o)[0]).filter(Boolean));
  if (scroller && holds(scroller, options[0]) && !holds(scroller, el)) {
    const top = scroller.scrollTop;
    scroller.scrollTop = 0;
    for (let i = 0; i < MOST_SCROLLS; i += 1) {
      await nextFrame();
      options = optionsOf(el);
      option = calledSo(options, value, namesOfOption);
      if (option) return optionFound(el, option);
      for (const o of options) names.add(namesOfOption(o)[0]);
      const before = scroller.scrollTop;
      scroller.scrollTop += Math.max(20, scroller.clientHeight * 0.8);
      if (scroller.scrollTop === before) break;
    }
    scroller.scrollTop = top;
  }
  const fields = 'input:not([type=hidden]):not([type=checkbox]):not([type=radio])';
  const popup = popupsOf(el)[0] ?? (options[0] && ancestor(options[0], (node) => from(node, 'querySelector', fields) && !holds(node, el)));
  const inner = [popup, el].filter(Boolean).flatMap((box) => Array.from(from(box, 'querySelectorAll', fields)));
  const near = ['input'].includes(tagOf(el)) ? el : null;
  const active = el.ownerDocument.activeElement;
  const focused = active && tagOf(active) === 'input' && active !== el && !seenBefore.has(active) ? active : null;
  const filter = [...inner, near, focused].find((field) => field && !field.readOnly && !field.disabled);
  return { is: 'no_option', values: inShort([...names]), count: names.size, filter: filter ? keyOf(filter) : null, born };
};

// Waits until the option is there; gives up when the list has come and rests without it.
const awaitOption = async (wanted, value, noneMs, calmMs, mostMs) => {
  const began = performance.now();
  let shown = '';
  let calmSince = 0;
  for (;;) {
    const el = elementOf(wanted);
    if (!el) return { is: 'gone' };
    const options = optionsOf(el);
    const option = calledSo(options, value, namesOfOption);
    if (option) return optionFound(el, option);
    const now = performance.now();
    const names = options.map((o) => namesOfOption(o)[0]).join('\n');
    if (names !== shown) { shown = names; calmSince = now; }
    const calm = options.length ? now - calmSince >= calmMs : now - began >= noneMs;
    if (calm || now - began >= mostMs) return findOption(wanted, value);
    await nextFrame();
  }
};
// A list that is open already is told by the parts that its options play; what only looks like one may stand there always.
const listIsOpen = (wanted) => {
  const el = elementOf(wanted);
  if (!el) return false;
  const says = [el, ...from(el, 'querySelectorAll', '[aria-expanded]')].some((one) => attr(one, 'aria-expanded') === 'true');
  const open = attr(el, 'role') === 'listbox' || says || popupsOf(el).some((popup) => popup !== el && optionsWithin(popup).length > 0);
  if (open) seenBefore = new WeakSet(everywhere(LIKE_OPTIONS).slice(0, MOST_OPTIONS_READ * 4).filter((o) => canBeSeen(o) && !from(o, 'matches', OPTION_ROLES)));
  return open && optionsOf(el).length > 0;
};

// What a slider or a spin button stands at, and where its thumb and its track are.
const standOf = (wanted) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const number = (name, otherwise) => (hasAttr(el, name) && attr(el, name) !== '' ? Number(attr(el, name)) : otherwise);
  const offset = frameOffset(el);
  const thumb = boxOf(el);
  const upright = attr(el, 'aria-orientation') === 'vertical';
  const long = (rect) => (upright ? rect.height : rect.width);
  let track = thumb;
  for (let node = parentSeen(el), i = 0; node && i < 4 && long(track) <= long(thumb) * 2.5; node = parentSeen(node), i += 1) {
    track = from(node, 'getBoundingClientRect');
  }
  return {
    is: 'stand', now: number('aria-valuenow', null), text: squash(attr(el, 'aria-valuetext') ?? '', 80),
    min: number('aria-valuemin', attr(el, 'role') === 'slider' ? 0 : null),
    max: number('aria-valuemax', attr(el, 'role') === 'slider' ? 100 : null),
    x: offset.x + thumb.left + thumb.width / 2, y: offset.y + thumb.top + thumb.height / 2,
    from: upright ? offset.y + track.bottom : offset.x + track.left,
    to: upright ? offset.y + track.top : offset.x + track.right,
    upright,
  };
};

// What a field holds after typing; of a password only whether it is that.
const typedNow = (wanted, text) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const field = tagOf(el) === 'input' || tagOf(el) === 'textarea';
  const now = String(field ? el.value : el.innerText ?? el.textContent);
  const plain = (t) => String(t).replace(/\s+/g, ' ').trim();
  const bare = (t) => plain(t).toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const same = now === text || (field ? plain(now).endsWith(plain(text)) : plain(now).includes(plain(text)));
  const number = field && el.type === 'number' && now !== '' && Number(now) === Number(text);
  return {
    is: 'typed', same, loose: number || (bare(text) !== '' && bare(now) === bare(text)), empty: plain(now) === '',
    shown: field && el.type === 'password' ? null : squash(now, 100),
  };
};
