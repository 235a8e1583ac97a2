// Finds the one element that a selector means: in the document and its open shadow roots before its frames.
const MOST_ROOTS = 500;

// A form of that name would stand in the way of the document's own methods.
const queryAll = (root, css) =>
  (nodeTypeOf.call(root) === 9 ? Document : nodeTypeOf.call(root) === 11 ? DocumentFragment : Element)
    .prototype.querySelectorAll.call(root, css);

const openRoots = (root) => {
  const found = [];
  const waiting = [root];
  while (waiting.length && found.length < MOST_ROOTS) {
    for (const el of queryAll(waiting.pop(), '*')) {
      const shadow = shadowOf(el);
      if (shadow) { found.push(shadow); waiting.push(shadow); }
    }
  }
  return found;
};
const frameRoots = (roots) => {
  const found = [];
  const waiting = [...roots];
  while (waiting.length && found.length < MOST_ROOTS) {
    for (const frame of queryAll(waiting.pop(), 'iframe, frame')) {
      const inner = frameDocument(frame);
      if (inner && canBeSeen(frame)) {
        const all = [inner, ...openRoots(inner)];
        found.push(...all);
        waiting.push(...all);
      }
    }
  }
  return found;
};

const IMPLICIT_ROLES = {
  h1: 'heading', h2: 'heading', h3: 'heading', h4: 'heading', h5: 'heading', h6: 'heading', img: 'img', nav: 'navigation',
  main: 'main', ul: 'list', ol: 'list', li: 'listitem', table: 'table', tr: 'row', td: 'cell', th: 'columnheader', p: 'paragraph',
  form: 'form', dialog: 'dialog', article: 'article', aside: 'complementary', option: 'option', fieldset: 'group', hr: 'separator',
};
const roleOf = (el, tag, wanted) => {
  const control = controlOf(el, tag);
  if (control) return control[1];
  const said = (attr(el, 'role') ?? '').trim().split(/\s+/)[0].toLowerCase();
  if (said || IMPLICIT_ROLES[tag]) return said || IMPLICIT_ROLES[tag];
  return wanted === 'button' && looksClickable(el, tag) ? 'button' : null;
};
const byRole = (root, { role, name }) => {
  const wanted = role.toLowerCase();
  const all = Array.from(queryAll(root, '*')).slice(0, MOST_ELEMENTS).filter((el) => roleOf(el, tagOf(el), wanted) === wanted);
  if (!name) return all;
  const named = all.map((el) => [el, nameOf(el, tagOf(el), controlOf(el, tagOf(el))?.[0] ?? 'B')]);
  const exact = named.filter(([, own]) => own === squash(name));
  const loose = () => named.filter(([, own]) => own.toLowerCase() === squash(name).toLowerCase());
  return (exact.length ? exact : loose()).map(([el]) => el);
};

// The innermost elements that hold the text; those that hold nothing else go before those that only contain it.
const byText = (root, { value }) => {
  const wanted = squash(value, VALUE_CHARS).toLowerCase();
  if (!wanted) return [];
  const plain = (text) => String(text ?? '').replace(/\s+/g, ' ').trim().toLowerCase();
  const all = [];
  const unread = (tag) => ['script', 'style', 'noscript', 'template', 'head', 'textarea'].includes(tag);
  const words = (node, parts) => {
    for (let child = firstChildOf.call(node); child; child = nextSiblingOf.call(child)) {
      if (nodeTypeOf.call(child) === 3) parts.push(child.data);
      else if (isElement(child) && !unread(tagOf(child))) words(child, parts);
    }
    return parts;
  };
  const visit = (node) => {
    const tag = tagOf(node);
    if (unread(tag)) return false;
    if (tag === 'input') {
      const holds = ['submit', 'button', 'reset'].includes(node.type) && plain(node.value).includes(wanted);
      if (holds) all.push([node, plain(node.value)]);
      return holds;
    }
    const text = plain(of(node, 'textContent'));
    const inputs = text.includes(wanted) || from(node, 'querySelector', 'input');
    if (!inputs) return false;
    let inner = false;
    for (let child = firstChildOf.call(node); child; child = nextSiblingOf.call(child)) {
      if (isElement(child)) inner = visit(child) || inner;
    }
    if (inner) return true;
    const read = text.includes(wanted) ? plain(words(node, []).join('')) : '';
    if (!read.includes(wanted)) return false;
    all.push([node, read]);
    return true;
  };
  for (let child = firstChildOf.call(root); child; child = nextSiblingOf.call(child)) if (isElement(child)) visit(child);
  const exact = all.filter(([el, text]) => text === wanted && seenPart(el));
  return (exact.length ? exact : all).map(([el]) => el);
};

const byXPath = (root, { value }) => {
  if (nodeTypeOf.call(root) !== 9) return [];
  const found = Document.prototype.evaluate.call(root, value, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  const all = [];
  for (let i = 0; i < Math.min(found.snapshotLength, MOST_LISTED); i += 1) {
    if (isElement(found.snapshotItem(i))) all.push(found.snapshotItem(i));
  }
  return all;
};
const byCss = (root, { value }) => Array.from(queryAll(root, value));
const SEARCHES = { css: byCss, xpath: byXPath, role: byRole, text: byText };

const judged = (all, hiddenToo) => {
  const seen = hiddenToo ? all : all.filter(seenPart);
  // What a menu hides can be shown.
  const meant = seen.length ? seen : all.slice(0, 50).filter(isInMenu);
  if (meant.length === 1) return { is: 'one', key: keyOf(meant[0]), born };
  return seen.length ? { is: 'several', count: seen.length } : { is: 'none', hidden: all.length };
};

// `frame >>> host >>> button`: each step is searched inside what the step before found. A frame that cannot be entered
// from here is answered with the steps that are left.
const seekDeep = (steps, hiddenToo) => {
  let root = document;
  for (let i = 0; i < steps.length - 1; i += 1) {
    const found = queryAll(root, steps[i]);
    if (found.length !== 1) return found.length ? { is: 'several', count: found.length } : { is: 'none', hidden: 0 };
    const inner = frameDocument(found[0]) ?? shadowOf(found[0]);
    if (!inner && ['iframe', 'frame'].includes(tagOf(found[0]))) {
      return { is: 'frame', key: keyOf(found[0]), rest: steps.slice(i + 1).join(' >>> ') };
    }
    root = inner ?? found[0];
  }
  return judged(Array.from(queryAll(root, steps[steps.length - 1])), hiddenToo);
};

const seek = (how, hiddenToo) => {
  try {
    const steps = how.by === 'css' ? how.value.split(' >>> ') : [];
    if (steps.length > 1) return seekDeep(steps, hiddenToo);
    const search = (roots) => judged(roots.flatMap((root) => SEARCHES[how.by](root, how)), hiddenToo);
    const shadows = openRoots(document);
    const near = how.by === 'css' || how.by === 'xpath' ? [[document], shadows] : [[document, ...shadows]];
    let hidden = 0;
    for (const roots of [...near, frameRoots([document, ...shadows])]) {
      const answer = search(roots);
      if (answer.is !== 'none') return answer;
      hidden += answer.hidden;
    }
    return { is: 'none', hidden };
  } catch (error) {
    return { is: 'bad', why: squash(error?.message, 300) };
  }
};
