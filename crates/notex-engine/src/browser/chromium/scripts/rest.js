// Knows when the page has come to rest after something was done. It looks before the input already: what changes then
// changes anyway (clocks, animations, tickers) and is not waited for.
const TIRED_AFTER = 5;
const MOST_ANIMATIONS = 80;
const LONGEST_ANIMATION_MS = 1500;
// Colours that fade under the mouse change nothing that can be done.
const CHANGES_PLACE = /opacity|transform|translate|scale|height|width|top|left|right|bottom|inset|margin|padding|visibility|display|clip|grid|flex/i;

const watched = { observers: [], seen: new WeakMap(), acted: false, changes: 0, changedAt: 0, since: 0, actor: null };

const takeIn = (records) => {
  const batch = new Set();
  for (const record of records) {
    const name = `${record.type} ${record.attributeName ?? ''}`;
    let known = watched.seen.get(record.target);
    if (!known) watched.seen.set(record.target, known = new Map());
    let cell = known.get(name);
    if (!cell) known.set(name, cell = { before: false, times: 0 });
    if (!watched.acted) cell.before = true;
    else if (!batch.has(cell)) { batch.add(cell); cell.times += 1; }
  }
  if (!watched.acted) return;
  const news = [...batch].some((cell) => !cell.before && cell.times < TIRED_AFTER);
  if (news) { watched.changes += 1; watched.changedAt = performance.now(); }
};

const rootsAround = (el) => {
  const roots = new Set([document]);
  for (let node = el; node; node = parentSeen(node)) roots.add(from(node, 'getRootNode'));
  if (document.getElementsByTagName('*').length < 5000) for (const root of openRoots(document).slice(0, 100)) roots.add(root);
  return roots;
};
const watchFrom = (el) => {
  stopWatching();
  Object.assign(watched, { seen: new WeakMap(), acted: false, changes: 0, changedAt: 0, since: 0, actor: el });
  for (const root of rootsAround(el)) {
    const observer = new MutationObserver(takeIn);
    observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    watched.observers.push(observer);
  }
};
const stepBegins = (el) => {
  for (const observer of watched.observers) takeIn(observer.takeRecords());
  watched.acted = true;
  watched.actor = el;
  watched.since = Number(document.timeline.currentTime ?? 0);
};
// For what has no element of its own: a key, a scroll.
const watchPage = async () => {
  watchFrom(document.documentElement);
  await nextFrame();
  stepBegins(null);
  return { is: 'ready' };
};
const stopWatching = () => {
  for (const observer of watched.observers) observer.disconnect();
  watched.observers = [];
};

// Something that comes, goes or moves, and will have arrived soon.
const isArriving = () => {
  const { actor, since } = watched;
  return document.getAnimations().slice(0, MOST_ANIMATIONS).some((animation) => {
    const { effect } = animation;
    if (animation.playState !== 'running' || !effect?.target) return false;
    if (animation.startTime !== null && Number(animation.startTime) < since - 20) return false;
    if (actor && (effect.target === actor || holds(actor, effect.target))) return false;
    const { endTime } = effect.getComputedTiming();
    if (!Number.isFinite(endTime) || endTime > LONGEST_ANIMATION_MS) return false;
    if (animation.transitionProperty) return CHANGES_PLACE.test(animation.transitionProperty);
    return effect.getKeyframes().some((frame) => Object.keys(frame).some((name) => CHANGES_PLACE.test(name)));
  });
};

// What a page puts in it shows two frames later, and a busy machine draws few; a page that is not drawn has none.
const UNDRAWN_MS = 100;

// Settles when nothing changed for a moment and that was drawn; when nothing changes at all, after a grace.
const rest = (quietMs, graceMs, mostMs) => new Promise((done) => {
  if (!watched.observers.length) { watchFrom(document.documentElement ?? document); stepBegins(null); }
  const began = performance.now();
  let rests = false, frames = 0, changedAt = watched.changedAt;
  const drawn = () => { frames += 1; if (!rests) requestAnimationFrame(drawn); };
  requestAnimationFrame(drawn);
  const look = () => {
    for (const observer of watched.observers) takeIn(observer.takeRecords());
    const now = performance.now();
    if (watched.changedAt !== changedAt) { changedAt = watched.changedAt; frames = 0; }
    const shown = frames >= 2 || now - changedAt >= UNDRAWN_MS;
    const quiet = watched.changes ? shown && now - changedAt >= quietMs : now - began >= graceMs;
    if (now - began < mostMs && (!quiet || isArriving())) { setTimeout(look, 6); return; }
    rests = true;
    done({ is: 'ready', changed: watched.changes > 0 });
  };
  look();
});
