// The accessible name of an element as the accessibility tree computes it (accname 1.2, HTML-AAM), so that what is
// listed is called what a screen reader calls it.
const NAMED_BY_CONTENT = new Set(['button', 'cell', 'checkbox', 'columnheader', 'gridcell', 'heading', 'link', 'menuitem',
  'menuitemcheckbox', 'menuitemradio', 'option', 'radio', 'row', 'rowheader', 'switch', 'tab', 'tooltip', 'treeitem']);
const BUTTON_TYPES = new Set(['submit', 'button', 'reset', 'image']);
const TEXT_TYPES = new Set(['text', 'search', 'email', 'url', 'tel', 'password', 'number', 'date', 'time', 'month', 'week',
  'datetime-local']);
const UNTOLD = new Set(['script', 'style', 'noscript', 'template', 'head']);
const MOST_NAMED_NODES = 600;

const plainText = (text) => String(text ?? '').replace(/[\s\u200b]+/g, ' ').trim();
const idRefs = (el, name) => {
  const said = attr(el, name);
  if (!said) return [];
  const root = from(el, 'getRootNode');
  return said.split(/\s+/).filter(Boolean).slice(0, 16).map((id) => root.getElementById?.(id)).filter(Boolean);
};
const isInlineLike = (display) => display === 'inline' || display === 'contents' || display.startsWith('ruby');
const isUntold = (el, style) =>
  style.display === 'none' || (style.visibility !== 'visible' && style.display !== 'contents') || attr(el, 'aria-hidden') === 'true';

// Most documents draw something before or after their elements; where none does, nobody has to be asked.
const drawsBeside = (root) => {
  const known = look?.beside.get(root);
  if (known !== undefined) return known;
  let draws = false;
  const search = (rules, depth) => {
    for (const rule of rules) {
      if (draws) return;
      if (rule.selectorText?.includes(':before') || rule.selectorText?.includes(':after') || rule.styleSheet) draws = true;
      else if (rule.cssRules?.length && depth < 8) search(rule.cssRules, depth + 1);
    }
  };
  try {
    for (const sheet of [...root.styleSheets, ...root.adoptedStyleSheets]) search(sheet.cssRules, 0);
  } catch { draws = true; }
  look?.beside.set(root, draws);
  return draws;
};
const pseudoWords = (el, which) => {
  const { content, display, visibility } = viewOf(el).getComputedStyle(el, which);
  if (content === 'none' || content === 'normal' || display === 'none' || visibility !== 'visible') return null;
  // What follows a slash is said instead.
  const [shown, said] = content.split(' / ');
  const words = Array.from((said ?? shown).matchAll(/"((?:[^"\\]|\\.)*)"|attr\(([\w-]+)\)|(open-quote)|(close-quote)/g),
    ([, text, name, opens, closes]) => (opens ? '“' : closes ? '”' : name ? attr(el, name) ?? '' : text.replace(/\\(.)/g, '$1'))).join('');
  return words ? { words, apart: said !== undefined || !isInlineLike(display) } : null;
};

// `way.seen` holds what was read before, `way.left` how many nodes may still be read; `way.hidden` says that what cannot
// be seen counts, because something refers to it.
const newWay = () => ({ seen: new Set(), left: MOST_NAMED_NODES, hidden: false, referred: false });

const flatChildren = (el) => {
  const shadow = shadowOf(el);
  if (shadow) return childNodesOf.call(shadow);
  if (tagOf(el) === 'slot') {
    const given = el.assignedNodes();
    return given.length ? given : el.childNodes;
  }
  return childNodesOf.call(el);
};

// Items of trees and menus are not called what is under them.
const OWN_BRANCH = new Set(['treeitem', 'menuitem', 'menuitemcheckbox', 'menuitemradio']);
const BRANCHES = new Set(['group', 'menu', 'tree']);
const written = (text, transform) => {
  if (transform === 'uppercase') return text.toUpperCase();
  if (transform === 'lowercase') return text.toLowerCase();
  return transform === 'capitalize' ? text.replace(/(^|[\s(“"-])(\p{L})/gu, (_, before, letter) => before + letter.toUpperCase()) : text;
};

// The words inside an element, those of its pseudo elements and owned ones as well.
const contentName = (el, way, role = '') => {
  let out = '';
  const transform = styleOf(el)?.textTransform;
  const beside = drawsBeside(from(el, 'getRootNode')) || tagOf(el) === 'q';
  const add = (words, apart) => {
    if (!words) return;
    out += apart ? ` ${words} ` : words;
  };
  const before = beside ? pseudoWords(el, '::before') : null;
  if (before) add(before.words, before.apart);
  const visit = (node) => {
    if (way.left-- <= 0) return;
    const type = nodeTypeOf.call(node);
    if (type === 3) { add(written(node.data, transform)); return; }
    if (type !== 1) return;
    const tag = tagOf(node);
    if (UNTOLD.has(tag) || (OWN_BRANCH.has(role) && BRANCHES.has(attr(node, 'role') ?? ''))) return;
    if (tag === 'br') { out += ' '; return; }
    if (tag === 'slot') { for (const child of flatChildren(node)) visit(child); return; }
    const style = styleOf(node);
    if (!style) return;
    add(partName(node, tag, style, way), !isInlineLike(style.display));
  };
  for (const child of flatChildren(el)) visit(child);
  for (const owned of idRefs(el, 'aria-owns')) if (!holds(owned, el) && !way.seen.has(owned)) { out += ' '; visit(owned); }
  const after = beside ? pseudoWords(el, '::after') : null;
  if (after) add(after.words, after.apart);
  return out;
};

// A part of what another element is called.
const partName = (el, tag, style, way) => {
  if (way.seen.has(el)) return '';
  way.seen.add(el);
  if (!way.hidden && isUntold(el, style)) return '';
  if (!way.referred) {
    const said = labelledName(el, way);
    if (said) return said;
  }
  const role = namingRole(el, tag);
  const held = heldWords(el, tag, role, way);
  if (held !== null) return held;
  const label = plainText(attr(el, 'aria-label'));
  if (label) return ` ${label} `;
  const native = nativeName(el, tag, way);
  if (native) return native;
  if (tag === 'img' && attr(el, 'alt') === '') return '';
  return contentName(el, way) || plainText(attr(el, 'title'));
};

// What a control in the middle of a label holds counts, not what it is called.
const heldWords = (el, tag, role, way) => {
  if (tag === 'select') {
    return Array.from(el.selectedOptions).map((option) => plainText(option.label)).join(' ');
  }
  if (tag === 'textarea') return el.value;
  if (tag === 'input') {
    if (el.type === 'range') return attr(el, 'aria-valuetext') ?? attr(el, 'aria-valuenow') ?? el.value;
    if (TEXT_TYPES.has(el.type) && el.type !== 'password') return el.value;
    if (el.type === 'password') return '';
    return null;
  }
  if (role === 'slider' || role === 'spinbutton') return attr(el, 'aria-valuetext') ?? attr(el, 'aria-valuenow') ?? '';
  if (role === 'textbox' || role === 'searchbox') return plainText(of(el, 'textContent'));
  if (role === 'listbox' || role === 'combobox') {
    const chosen = from(el, 'querySelectorAll', '[role=option][aria-selected=true]');
    if (chosen.length) return Array.from(chosen, (option) => plainText(option.textContent)).join(' ');
    return role === 'combobox' ? plainText(of(el, 'textContent')) : '';
  }
  return null;
};

const namingRole = (el, tag) => {
  const said = attr(el, 'role');
  if (said) return saidRole(said) ?? '';
  return '';
};

const labelledName = (el, way) => {
  const refs = idRefs(el, 'aria-labelledby');
  if (!refs.length) return '';
  const words = refs.map((ref) => {
    const style = styleOf(ref);
    const hidden = !!style && isUntold(ref, style);
    const inner = { ...newWay(), referred: true, hidden, left: way.left };
    if (ref === el) {
      const own = plainText(attr(el, 'aria-label'));
      if (own) return own;
    }
    if (hidden) return style ? hiddenWords(ref, inner) : plainText(ref.textContent);
    return style ? partName(ref, tagOf(ref), style, inner) : plainText(ref.textContent);
  });
  return plainText(words.join(' '));
};
const hiddenWords = (ref, way) => plainText(attr(ref, 'aria-label')) || nativeName(ref, tagOf(ref), way) || contentName(ref, way);

const labelWords = (el, way) => {
  const labels = el.labels;
  if (!labels?.length) return '';
  return plainText(Array.from(labels).slice(0, 8).map((label) => {
    const style = styleOf(label);
    if (!style || style.display === 'none') return '';
    const seen = new Set(way.seen).add(el);
    const inner = { ...way, seen, hidden: false, referred: false };
    return partName(label, 'label', style, inner);
  }).join(' '));
};

// What HTML itself says of an element's name.
const nativeName = (el, tag, way) => {
  if (tag === 'input') {
    const { type } = el;
    if (type === 'hidden') return '';
    const labels = labelWords(el, way);
    if (labels) return labels;
    if (type === 'image') return plainText(attr(el, 'alt')) || plainText(attr(el, 'value')) || plainText(attr(el, 'title')) || 'Submit';
    if (BUTTON_TYPES.has(type)) {
      const value = attr(el, 'value');
      if (value !== null) return plainText(value);
      return { submit: 'Submit', reset: 'Reset' }[type] ?? '';
    }
    return type === 'file' ? (el.multiple ? 'Choose Files' : 'Choose File') : '';
  }
  if (tag === 'textarea' || tag === 'select' || tag === 'button' || tag === 'meter' || tag === 'progress' || tag === 'output') return labelWords(el, way);
  if (tag === 'img' || tag === 'area') return plainText(attr(el, 'alt'));
  if (tag === 'svg') {
    for (const child of of(el, 'childNodes')) if (isElement(child) && tagOf(child) === 'title') return plainText(child.textContent);
    return '';
  }
  if (el.ownerSVGElement) {
    for (const child of of(el, 'childNodes')) if (isElement(child) && tagOf(child) === 'title') return plainText(child.textContent);
    return '';
  }
  if (tag === 'option' || tag === 'optgroup') return plainText(attr(el, 'label'));
  if (tag === 'fieldset' || tag === 'table' || tag === 'figure') {
    const wanted = { fieldset: 'legend', table: 'caption', figure: 'figcaption' }[tag];
    for (const child of of(el, 'childNodes')) {
      if (isElement(child) && tagOf(child) === wanted) return way.referred ? '' : plainText(contentName(child, { ...newWay() }));
    }
  }
  return '';
};

// `role` is the one that it plays, or that it is taken for.
const accName = (el, tag, role) => {
  const way = newWay();
  way.seen.add(el);
  const labelled = labelledName(el, way);
  if (labelled) return labelled;
  const label = plainText(attr(el, 'aria-label'));
  if (label) return label;
  const native = nativeName(el, tag, way);
  if (native || (tag === 'input' && BUTTON_TYPES.has(el.type) && hasAttr(el, 'value'))) return native;
  const byContent = NAMED_BY_CONTENT.has(role) && tag !== 'input' && tag !== 'select' && tag !== 'textarea';
  const words = byContent ? plainText(contentName(el, way, role)) : '';
  if (words) return words;
  const title = plainText(attr(el, 'title'));
  if (title) return title;
  const takesText = tag === 'textarea' || (tag === 'input' && TEXT_TYPES.has(el.type));
  return (takesText && plainText(attr(el, 'placeholder'))) || plainText(attr(el, 'aria-placeholder'));
};
const nameOf = (el, tag, kind, role) => squash(accName(el, tag, role ?? controlOf(el, tag)?.[1] ?? 'button'));
