// Finds an observed element again, says where a mouse would hit it, and sets what a keyboard cannot.
const STILL_WITHIN_MS = 1500;

const nextFrame = () => new Promise((done) => {
  let over = false;
  const once = () => { if (!over) { over = true; done(); } };
  requestAnimationFrame(once);
  // A page that is not drawn has no frames.
  setTimeout(once, 100);
});

const elementOf = (wanted) => {
  const known = kept.get(wanted.key)?.deref();
  if (wanted.born === born && known?.isConnected && known.ownerDocument.defaultView) return known;
  const again = findDeep(wanted.css);
  if (!again) return null;
  const control = controlOf(again, tagOf(again)) ?? ['B', weakRole(again, tagOf(again))];
  const same = control[1] === wanted.role && nameOf(again, tagOf(again), control[0]) === wanted.name;
  return same ? again : null;
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
const coverName = (hit, target) => {
  let top = hit;
  for (let up = parentSeen(top); up && !holds(up, target); up = parentSeen(top)) top = up;
  return nick(top);
};

const pointsOf = (el) => {
  const offset = frameOffset(el);
  let rects = Array.from(el.getClientRects()).filter((rect) => rect.width > 0 && rect.height > 0).slice(0, 4);
  if (!rects.length) rects = [boxOf(el)];
  return rects.flatMap((rect) => [[0.5, 0.5], [0.25, 0.5], [0.75, 0.5], [0.5, 0.25], [0.5, 0.75]].map(([a, b]) => ({
    x: offset.x + rect.left + rect.width * a, y: offset.y + rect.top + rect.height * b,
  })));
};

const locate = async (wanted, patienceMs) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  if (isDisabled(el)) return { is: 'disabled' };
  const until = performance.now() + Math.max(STILL_WITHIN_MS, patienceMs ?? 0);
  let before = null;
  let scrolled = false;
  let answer = { is: 'hidden' };
  for (;;) {
    const target = el.isConnected ? seenPart(el) : null;
    if (target) {
      const rect = boxOf(target);
      const offset = frameOffset(target);
      const place = [rect.left + offset.x, rect.top + offset.y, rect.width, rect.height].join();
      const inView = (p) => p.x >= 0 && p.y >= 0 && p.x < innerWidth && p.y < innerHeight;
      const points = pointsOf(target);
      const hits = points.filter(inView).map((point) => ({ point, hit: hitAt(point.x, point.y) }));
      const good = hits.find(({ hit }) => hit && (holds(target, hit) || ancestor(hit, (n) => tagOf(n) === 'label')?.control === el));
      if (good && place === before) return { is: 'ready', x: good.point.x, y: good.point.y, facts: targetFacts(el) };
      if (!good) {
        const cover = hits.find(({ hit }) => hit)?.hit;
        answer = cover && cover !== target ? { is: 'covered', by: coverName(cover, target) } : { is: 'outside' };
        if (!scrolled) target.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
        scrolled = true;
      } else answer = { is: 'moving' };
      before = place;
    } else answer = { is: el.isConnected ? 'hidden' : 'gone' };
    if (performance.now() > until) return answer;
    await nextFrame();
  }
};

const SET_BY_VALUE = ['date', 'time', 'datetime-local', 'month', 'week', 'color', 'range'];
const targetFacts = (el) => {
  const tag = tagOf(el);
  const input = tag === 'input';
  const box = input && (el.type === 'checkbox' || el.type === 'radio');
  const role = attr(el, 'role') ?? '';
  let how = 'click';
  if (tag === 'select') how = 'choose';
  else if (box) how = 'check';
  else if (['checkbox', 'switch', 'menuitemcheckbox', 'radio', 'menuitemradio'].includes(role)) how = 'check';
  else if (input && SET_BY_VALUE.includes(el.type)) how = 'set';
  else if (tag === 'textarea' || el.isContentEditable
    || (input && !['submit', 'button', 'reset', 'image'].includes(el.type))) how = 'type';
  const said = attr(el, 'aria-checked');
  return { how, checked: box ? el.checked : said === null ? null : said === 'true', read_only: el.readOnly === true };
};

const checkedNow = (wanted) => {
  const el = elementOf(wanted);
  return el ? targetFacts(el).checked : null;
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

// The file input that is meant: the element itself, or the one that its label belongs to.
const fileInput = (wanted) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const input = tagOf(el) === 'label' ? el.control : el;
  const files = input && tagOf(input) === 'input' && input.type === 'file';
  if (files && isDisabled(input)) return { is: 'disabled' };
  return { is: 'ready', key: files ? keyOf(input) : null };
};
const elementAt = (key) => kept.get(key)?.deref() ?? null;

// Scrolls what a person's wheel would: the page, else the box in the middle of it, else the largest one.
const scrollPage = (down, px) => {
  const root = document.scrollingElement ?? document.documentElement;
  const left = (el) => (down ? el.scrollHeight - el.clientHeight - el.scrollTop : el.scrollTop);
  const scrolls = (el) => {
    const overflow = styleOf(el)?.overflowY;
    if (el === root) return overflow !== 'hidden' && left(el) >= 1;
    return (overflow === 'auto' || overflow === 'scroll') && left(el) >= 1;
  };
  let box = scrolls(root) ? root : null;
  const middle = box ? null : hitAt(innerWidth / 2, innerHeight / 2);
  box ??= middle && ancestor(middle, scrolls);
  if (!box) {
    const size = (el) => el.clientWidth * el.clientHeight;
    const all = Array.from(queryAll(document, '*')).slice(0, MOST_ELEMENTS).filter((el) => left(el) >= 1 && scrolls(el) && canBeSeen(el));
    box = all.sort((a, b) => size(b) - size(a))[0] ?? null;
  }
  if (!box) return { is: 'ready' };
  const most = px ?? (box === root ? innerHeight : box.clientHeight) * 0.8;
  box.scrollBy({ top: down ? most : -most, behavior: 'instant' });
  return { is: 'ready' };
};

const tellChange = (el) => {
  el.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  el.dispatchEvent(new Event('change', { bubbles: true }));
};

const choose = (wanted, value) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const all = Array.from(el.options);
  const plain = (text) => squash(text, VALUE_CHARS).toLowerCase();
  const option = all.find((o) => squash(o.label) === squash(value)) ?? all.find((o) => o.value === value)
    ?? all.find((o) => plain(o.label) === plain(value));
  if (!option || option.disabled || option.parentElement?.disabled) {
    const free = all.filter((o) => !o.disabled);
    const some = free.slice(0, 20).map((o) => squash(o.label, 60)).join(', ');
    return { is: 'no_such_value', values: free.length > 20 ? `${some} and ${free.length - 20} more` : some };
  }
  el.focus({ preventScroll: true });
  if (el.multiple) for (const o of all) o.selected = o === option;
  else el.value = option.value, el.selectedIndex = all.indexOf(option);
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

// Settles when nothing changed for a moment; a page that never rests ends it by time.
const rest = (quietMs, mostMs) => new Promise((done) => {
  let timer = 0;
  const finish = () => { observer.disconnect(); clearTimeout(timer); clearTimeout(most); done({ is: 'ready' }); };
  const again = () => { clearTimeout(timer); timer = setTimeout(finish, quietMs); };
  const observer = new MutationObserver(again);
  const most = setTimeout(finish, mostMs);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  again();
});
