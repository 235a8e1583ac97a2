// Calendars that pages draw: the day that is meant, or the button that leads toward its month.
const DAY_CELLS = '[role=gridcell], td, button, [class*="day" i], [class*="cell" i], [data-date], [data-timestamp]';
const LEAST_DAYS = 20;
const MOST_CALENDARS = 12;
// What is open before a field is clicked is its own only beside it.
const BESIDE_PX = 60;

const monthNames = (() => {
  let made = null;
  return () => {
    if (made) return made;
    made = new Map();
    for (const lang of ['en', document.documentElement?.lang, navigator.language].filter(Boolean)) {
      for (const month of ['long', 'short']) {
        for (let i = 0; i < 12; i += 1) {
          try {
            const name = new Intl.DateTimeFormat(lang, { month }).format(new Date(2026, i, 15)).toLowerCase().replace(/\.$/, '');
            if (/\p{L}{3}/u.test(name)) made.set(name, i);
          } catch { break; }
        }
      }
    }
    return made;
  };
})();
// [year, month from 0, day or null] of words such as "Choose Wednesday, November 25th, 2026" or "November 2026".
const dateIn = (text) => {
  const iso = /(\d{4})-(\d{1,2})-(\d{1,2})/.exec(text);
  if (iso) return [Number(iso[1]), Number(iso[2]) - 1, Number(iso[3])];
  const year = /\b(\d{4})\b/.exec(text);
  if (!year) return null;
  const month = text.toLowerCase().split(/[^\p{L}]+/u).map((word) => monthNames().get(word)).find((i) => i !== undefined);
  if (month === undefined) return null;
  const day = /\b(\d{1,2})(?:st|nd|rd|th|\.)?\b/.exec(text.replace(year[0], ' '));
  return [Number(year[1]), month, day ? Number(day[1]) : null];
};
const dateOfCell = (cell) => {
  const stamp = attr(cell, 'data-timestamp');
  if (stamp) { const at = new Date(Number(stamp)); return [at.getFullYear(), at.getMonth(), at.getDate()]; }
  const said = [cell, ...Array.from(from(cell, 'querySelectorAll', '[aria-label], [title], [data-date], time')).slice(0, 2)]
    .flatMap((el) => ['data-date', 'data-day', 'aria-label', 'title', 'datetime', 'data-value'].map((name) => attr(el, name)));
  for (const text of said) {
    const date = text && dateIn(text);
    if (date && date[2] !== null) return date;
  }
  return null;
};
const isOutside = (cell) => /outside|other|adjacent|prev|next|\bold\b|\bnew\b|muted/i.test(`${attr(cell, 'class')} ${attr(cell.parentElement ?? cell, 'class')}`);

// How far two boxes are apart.
const gapBetween = (a, b) => Math.hypot(
  Math.max(0, a.left - b.right, b.left - a.right), Math.max(0, a.top - b.bottom, b.top - a.bottom));
// The days of one calendar, its months beside each other included: the one that the field says it opens, else the
// nearest, at most so far away.
const ofOneCalendar = (cells, el, farthest) => {
  const left = new Set(cells);
  const found = [];
  const heldBy = (node) => [...left].filter((cell) => holds(node, cell));
  while (left.size >= LEAST_DAYS && found.length < MOST_CALENDARS) {
    const [first] = left;
    let box = ancestor(first, (node) => heldBy(node).length >= LEAST_DAYS);
    if (!box || holds(box, el)) { left.delete(first); continue; }
    const size = (node) => { const { width, height } = boxOf(node); return width * height; };
    const most = size(box) * 4;
    for (let around = parentSeen(box); around && !holds(around, el) && !/^(body|html)$/.test(tagOf(around)) && size(around) < most; around = parentSeen(around)) box = around;
    const days = heldBy(box);
    found.push({ box, days });
    for (const day of days) left.delete(day);
  }
  const popups = popupsOf(el);
  const said = found.find(({ box }) => popups.some((popup) => holds(popup, box) || holds(box, popup)));
  if (said) return said.days;
  const own = boxOf(seenPart(el) ?? el);
  const near = found.map(({ box, days }) => ({ days, gap: gapBetween(own, boxOf(box)) })).sort((a, b) => a.gap - b.gap)[0];
  return near && near.gap <= farthest ? near.days : [];
};

const findDay = (wanted, iso) => {
  const el = elementOf(wanted);
  if (!el) return { is: 'gone' };
  const [year, month, day] = dateIn(iso);
  const all = innermost(everywhere(DAY_CELLS).slice(0, MOST_OPTIONS_READ * 2)
    .filter((cell) => /^\d{1,2}$/.test(textOf(cell, 20).split(' ')[0]) && canBeSeen(cell) && !holds(el, cell)));
  // One that another field has left open is not this one's.
  const came = all.filter((cell) => !seenBefore.has(cell));
  const fresh = came.length >= LEAST_DAYS || el.ownerDocument.activeElement !== el;
  const cells = ofOneCalendar(fresh ? came : all, el, fresh ? Infinity : BESIDE_PX);
  if (cells.length < LEAST_DAYS) return { is: 'no_calendar' };
  const calendar = ancestor(cells[10], (node) => cells.filter((cell) => holds(node, cell)).length >= LEAST_DAYS);
  const dated = cells.map((cell) => [cell, dateOfCell(cell)]);
  const said = dated.filter(([, date]) => date);
  const inMonth = said.filter(([cell]) => !isOutside(cell)).map(([, date]) => date);
  // What its days say, else what stands in its head.
  let shown = inMonth.length ? inMonth[Math.floor(inMonth.length / 2)] : null;
  const whole = (node) => node && !['body', 'html'].includes(tagOf(node)) && !holds(node, el);
  for (let box = calendar, i = 0; whole(box) && i < 5 && !shown; box = parentSeen(box), i += 1) {
    for (const label of [box, ...Array.from(from(box, 'querySelectorAll', '*')).slice(0, 400)]) {
      if (holds(calendar, label) && label !== calendar && cells.some((cell) => holds(cell, label))) continue;
      const text = label === box ? attr(label, 'aria-label') ?? '' : textOf(label, 60);
      const date = text.length < 40 ? dateIn(text) : null;
      if (date && canBeSeen(label)) { shown = date; break; }
    }
  }
  const hit = said.find(([, date]) => date[0] === year && date[1] === month && date[2] === day);
  if (hit) return isDisabled(hit[0]) || /disabled/i.test(attr(hit[0], 'class') ?? '') ? { is: 'day_off' } : { is: 'day', key: keyOf(hit[0]), born };
  if (!shown) return { is: 'no_calendar' };
  const months = (year - shown[0]) * 12 + month - shown[1];
  if (months === 0) {
    const plain = dated.find(([cell, date]) => !date && !isOutside(cell) && Number(textOf(cell, 20).split(' ')[0]) === day);
    if (!plain) return { is: 'day_off' };
    return isDisabled(plain[0]) ? { is: 'day_off' } : { is: 'day', key: keyOf(plain[0]), born };
  }
  const way = months > 0 ? /next|forward|right|›|»|→|^>$/i : /prev|back|left|‹|«|←|^<$/i;
  const wordsOf = (node) => `${attr(node, 'aria-label') ?? ''} ${attr(node, 'title') ?? ''} ${attr(node, 'class') ?? ''} ${textOf(node, 30)}`;
  for (let around = calendar, i = 0; whole(around) && i < 6; around = parentSeen(around), i += 1) {
    const buttons = Array.from(from(around, 'querySelectorAll', 'button, [role=button], a, span, th, div')).slice(0, 800)
      .filter((node) => !cells.some((cell) => cell === node || holds(cell, node) || holds(node, cell))
        && way.test(wordsOf(node)) && !/year|decade|super|double/i.test(wordsOf(node)) && canBeSeen(node) && boxOf(node).width < 120 && !isDisabled(node));
    if (buttons.length) return { is: 'turn', key: keyOf(buttons.find((b) => tagOf(b) === 'button') ?? buttons[0]), born, months: Math.abs(months) };
  }
  return { is: 'no_turn' };
};
// Until a calendar has come, or has turned its page.
const awaitDay = async (wanted, iso, mostMs, before) => {
  const until = performance.now() + mostMs;
  for (;;) {
    const answer = findDay(wanted, iso);
    const same = before !== null && answer.is === 'turn' && answer.months === before;
    if ((answer.is !== 'no_calendar' && !same) || performance.now() > until) return answer;
    await nextFrame();
  }
};
