// What a person can reach with a mouse: inside what clips it, not behind a dialog, not under something else. Asked for
// many elements at once, so what was computed for one ancestor is kept until the next look.
const VAST = 1e7;
const EVERYWHERE = { left: -VAST, top: -VAST, right: VAST, bottom: VAST };
const NOWHERE = { left: 0, top: 0, right: 0, bottom: 0 };
let look = null;
const beginLook = () => { look = { clips: new Map(), roots: new Map(), offsets: new Map(), modals: new Map(), beside: new Map(), styles: new Map(), keys: new Map(), veil: undefined }; };
const endLook = () => { look = null; };

const meet = (a, b) => ({
  left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
});
const isVoid = (r) => r.right - r.left <= 1 || r.bottom - r.top <= 1;

// A document's own view: what overflow says of its body may be meant for it.
const rootClip = (view) => {
  const known = look.roots.get(view);
  if (known) return known;
  const { document: page } = view;
  const root = page.scrollingElement ?? page.documentElement;
  const html = page.documentElement && view.getComputedStyle(page.documentElement);
  const body = page.body && view.getComputedStyle(page.body);
  const speaks = html && html.overflowX === 'visible' && html.overflowY === 'visible' ? body : html;
  const shut = (overflow) => overflow === 'hidden' || overflow === 'clip';
  const [wide, high] = [view.innerWidth, view.innerHeight];
  const width = Math.max(root?.scrollWidth ?? wide, wide), height = Math.max(root?.scrollHeight ?? high, high);
  // Where text runs from the right, so does the page.
  const start = html?.direction === 'rtl' ? wide - width : 0;
  const x = shut(speaks?.overflowX) ? [0, wide] : [start - view.scrollX, start + width - view.scrollX];
  const y = shut(speaks?.overflowY) ? [0, high] : [-view.scrollY, height - view.scrollY];
  let seen = { left: 0, top: 0, right: wide, bottom: high };
  const frame = view === window ? null : view.frameElement;
  if (frame) {
    const corner = contentCorner(frame);
    const offset = frameOffset(frame);
    const shown = meet(clipAround(frame).seen, frame.getBoundingClientRect());
    const dx = corner.x - offset.x, dy = corner.y - offset.y;
    seen = meet(seen, { left: shown.left - dx, top: shown.top - dy, right: shown.right - dx, bottom: shown.bottom - dy });
  }
  const clip = { seen, hard: { left: x[0], right: x[1], top: y[0], bottom: y[1] }, fixed: null, speaks: speaks === body ? page.body : null };
  look.roots.set(view, clip);
  return clip;
};

const positions = (style) => style.position !== 'static' || style.transform !== 'none' || style.filter !== 'none'
  || style.perspective !== 'none' || /transform|filter/.test(style.willChange) || /layout|paint|strict|content/.test(style.contain);

// What clips an element: `seen` is shown now, `hard` can be scrolled to.
const clipAround = (el, style = styleOf(el)) => {
  const view = viewOf(el);
  let parent = parentSeen(el);
  if (!parent || viewOf(parent) !== view) return rootClip(view);
  if (style.position === 'fixed') return { ...rootClip(view), hard: rootClip(view).seen, fixed: el };
  if (style.position === 'absolute') {
    while (parent && viewOf(parent) === view && !positions(styleOf(parent))) parent = parentSeen(parent);
    if (!parent || viewOf(parent) !== view) return rootClip(view);
  }
  return clipIn(parent);
};
// What clips the children of an element.
const clipIn = (el) => {
  const known = look.clips.get(el);
  if (known) return known;
  const view = viewOf(el);
  const style = styleOf(el);
  const around = clipAround(el, style);
  let clip = around;
  const root = el === el.ownerDocument.documentElement || el === rootClip(view).speaks;
  if (!root) {
    // Inline boxes clip nothing, whatever they say.
    if (style.overflow !== 'visible' && style.display !== 'contents' && style.display !== 'inline') {
      const [x, y] = [style.overflowX, style.overflowY];
      const box = rectOf(el);
      const rolls = (overflow, more) => (overflow === 'auto' || overflow === 'scroll') && more > 1;
      const inside = meet(around.hard, box);
      if (isVoid(inside)) clip = { ...around, seen: NOWHERE, hard: NOWHERE };
      else {
        const sideways = rolls(x, of(el, 'scrollWidth') - of(el, 'clientWidth')), down = rolls(y, of(el, 'scrollHeight') - of(el, 'clientHeight'));
        const shutX = x !== 'visible' && !sideways, shutY = y !== 'visible' && !down;
        clip = {
          ...around,
          seen: meet(around.seen, {
            left: x === 'visible' ? -VAST : box.left, right: x === 'visible' ? VAST : box.right,
            top: y === 'visible' ? -VAST : box.top, bottom: y === 'visible' ? VAST : box.bottom,
          }),
          hard: {
            left: sideways ? -VAST : shutX ? inside.left : around.hard.left, right: sideways ? VAST : shutX ? inside.right : around.hard.right,
            top: down ? -VAST : shutY ? inside.top : around.hard.top, bottom: down ? VAST : shutY ? inside.bottom : around.hard.bottom,
          },
        };
      }
    }
    if (isCutAway(style)) clip = { ...clip, seen: NOWHERE, hard: NOWHERE };
  }
  look.clips.set(el, clip);
  return clip;
};
const isCutAway = (style) => {
  const { clipPath, position } = style;
  if (clipPath !== 'none') {
    const inset = /^inset\(([\d.]+)%/.exec(clipPath);
    if ((inset && Number(inset[1]) >= 50) || /^circle\(0(px|%)?[ )]/.test(clipPath) || /^polygon\(0px 0px(, 0px 0px)*\)$/.test(clipPath)) return true;
  }
  if (position !== 'absolute' && position !== 'fixed') return false;
  const { clip } = style;
  if (clip !== 'auto') {
    const [top, right, bottom, left] = (clip.match(/-?[\d.]+/g) ?? []).map(Number);
    if (right - left <= 1 || bottom - top <= 1) return true;
  }
  return false;
};

// The dialog in front of a document, when one makes all else inert.
const modalOf = (page) => {
  if (look.modals.has(page)) return look.modals.get(page);
  const all = Array.from(page.querySelectorAll('dialog:modal'));
  // Dialogs are inert under another one, and what is inert is not hit.
  const inFront = (dialog) => {
    const r = dialog.getBoundingClientRect();
    const hit = page.elementFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2);
    return hit && holds(dialog, hit);
  };
  const modal = all.length > 1 ? all.find(inFront) ?? all[all.length - 1] : all[0] ?? null;
  look.modals.set(page, modal);
  return modal;
};

const fixedAround = (el) => ancestor(el, (node) => /fixed|sticky/.test(styleOf(node)?.position ?? ''));
// What lies over the whole view and leaves nothing behind it to be reached.
const veil = () => {
  if (look.veil !== undefined) return look.veil;
  look.veil = null;
  const w = innerWidth, h = innerHeight;
  let over = null;
  for (const [x, y] of [[0.02, 0.03], [0.98, 0.03], [0.02, 0.97], [0.98, 0.97], [0.5, 0.02], [0.5, 0.98]]) {
    const hit = document.elementFromPoint(w * x, h * y);
    const fixed = hit && fixedAround(hit);
    if (!fixed || (over && over !== fixed)) return null;
    over = fixed;
  }
  const box = over.getBoundingClientRect();
  if (box.width >= w * 0.98 && box.height >= h * 0.98) look.veil = over;
  return look.veil;
};

const belongs = (hit, el, place) => holds(place, hit) || (place !== el && holds(el, hit))
  || ancestor(hit, (node) => tagOf(node) === 'label')?.control === el;
const POINTS = [[0.5, 0.5], [0.2, 0.5], [0.8, 0.5], [0.5, 0.2], [0.5, 0.8], [0.1, 0.1], [0.9, 0.9]];
// The parts of it that are seen: lines of text are boxes of their own.
const partsIn = (place, seen) => {
  const rects = from(place, 'getClientRects');
  const parts = rects.length > 1 && rects.length < 6 ? Array.from(rects, (r) => meet(r, seen)).filter((r) => !isVoid(r)) : [];
  return parts.length ? parts : [seen];
};

// Whether a mouse can get at it: 'now', or 'later' when something has to be scrolled; '' when never. `rect` is its box in
// its own document.
const reachOf = (el, place, rect, own = null) => {
  const view = viewOf(place);
  const page = view.document;
  const modal = modalOf(page);
  if (modal && !holds(modal, place)) return '';
  const style = own ?? styleOf(place);
  if (isCutAway(style)) return '';
  const { seen, hard, fixed } = clipAround(place, style);
  if (isVoid(meet(rect, hard))) return '';
  const shown = meet(rect, seen);
  if (isVoid(shown)) {
    if (style.pointerEvents === 'none') return '';
    const over = fixed || page !== document ? null : veil();
    return !over || holds(over, place) || fixedAround(place) !== null ? 'later' : '';
  }
  const offset = frameOffset(place);
  const hitIn = ({ left, top, right, bottom }, [a, b]) => hitAt(left + (right - left) * a + offset.x, top + (bottom - top) * b + offset.y);
  // Its middle is enough for most.
  let cover = hitIn(shown, POINTS[0]);
  if (cover && belongs(cover, el, place)) return 'now';
  for (const part of partsIn(place, shown)) {
    for (const point of POINTS) {
      if (part === shown && point === POINTS[0]) continue;
      const hit = hitIn(part, point);
      if (hit && belongs(hit, el, place)) return 'now';
      cover ??= hit;
    }
  }
  // Under a bar that stays while the page rolls: it rolls out from under it.
  const bar = cover && fixedAround(cover);
  if (!bar || holds(bar, place) || style.pointerEvents === 'none') return '';
  const root = page.scrollingElement ?? page.documentElement;
  const box = bar.getBoundingClientRect();
  const rolls = root.scrollHeight > view.innerHeight + box.height && rootClip(view).hard.bottom > view.innerHeight - view.scrollY;
  return rolls && box.height < view.innerHeight * 0.6 ? 'now' : '';
};
