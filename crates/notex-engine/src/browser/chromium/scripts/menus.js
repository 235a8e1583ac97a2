// Menus that open under the mouse. Nobody can use what is hidden in one before going to what is shown of it: something that
// says it opens it, what stands before it, or the box that both are in.
const OPENS_WITHIN_MS = 500;
const MOST_OF_THE_VIEW = 0.5;

// What is hidden around an element, from itself outwards, and the first box around all of that which can be seen.
const hiddenAround = (el) => {
  const hidden = [el];
  let box = parentSeen(el);
  while (box && !canBeSeen(box)) { hidden.push(box); box = parentSeen(box); }
  return { hidden, box };
};
const hoverTargets = (el) => {
  const { hidden, box } = hiddenAround(el);
  const targets = [];
  const add = (node) => { if (node && node !== el && isElement(node) && canBeSeen(node) && !targets.includes(node)) targets.push(node); };
  for (const node of hidden) {
    const id = attr(node, 'id');
    if (id) for (const opener of queryAll(from(node, 'getRootNode'), `[aria-controls~="${inQuotes(id)}"], [aria-owns~="${inQuotes(id)}"]`)) add(opener);
    for (const label of idRefs(node, 'aria-labelledby')) if (!holds(node, label)) add(label);
  }
  if (!box || ['body', 'html', 'form', 'main'].includes(tagOf(box))) return targets;
  const { width, height } = boxOf(box);
  if (width * height > innerWidth * innerHeight * MOST_OF_THE_VIEW) return targets;
  const outermost = hidden[hidden.length - 1];
  const before = [];
  for (let node = firstElementOf(shadowOf(box) ?? box); node && node !== outermost; node = nextElementOf.call(node)) before.unshift(node);
  before.slice(0, 2).forEach(add);
  add(box);
  return targets;
};
const isInMenu = (el) => !seenPart(el) && hoverTargets(el).length > 0;

// Where the mouse goes next for an element to be shown; `tried` has the keys of what it was on already.
const hoverPlace = (wanted, tried) => {
  const el = elementOf(wanted);
  if (!el || seenPart(el)) return { is: 'outside' };
  for (const target of hoverTargets(el)) {
    const key = keyOf(target);
    if (tried.includes(key)) continue;
    if (!pointsOf(target).some(inView)) target.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    const point = pointsOf(target).filter(inView).find(({ x, y }) => { const hit = hitAt(x, y); return hit && holds(target, hit); });
    if (point) return { is: 'ready', x: point.x, y: point.y, key };
  }
  return { is: 'outside' };
};
// Whether it is shown soon, or at least more of what it is in.
const shownSoon = async (wanted) => {
  const until = performance.now() + OPENS_WITHIN_MS;
  const el = elementOf(wanted);
  if (!el) return false;
  const depth = hiddenAround(el).hidden.length;
  for (;;) {
    if (!el.isConnected || seenPart(el) || hiddenAround(el).hidden.length < depth || performance.now() > until) return true;
    await nextFrame();
  }
};
