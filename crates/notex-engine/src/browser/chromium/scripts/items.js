// What a person who picks an element as data is likely to mean: the items that the page repeats around it, where it stands
// in each of them, what it may be called and what kind of value it is. All of it is a guess, and bounded.
const MOST_AROUND = 15;
const MOST_ALIKE = 3000;
const SAMPLED = 20;
const MOST_ITEMS = 4;
const LONGEST_WORDS = 40;

// Names of classes that say how something looks, or that it is one of many, and not what it is.
const PLAIN_WORDS = new Set(('css col cols row rows text flex card cards item items wrapper wrap font mt mb box container content inner '
  + 'outer value label info block grid list element entry cell body main section small large bold left right top bottom center clearfix '
  + 'link btn button js is has the tile teaser media object primary secondary').split(' '));
const STATES = /^(active|selected|current|open|first|last|odd|even|hover|focus|focused|visible|hidden|disabled|loaded|loading|expanded)$/i;

// What a build tool made (`css-1x8k3f`, `sc-bdVaJa`) changes with the next build.
const isKept = (name) => /^[a-z][a-z_-]*[a-z]$/i.test(name) && name.length <= 60 && !/[a-z][A-Z][a-z]?[A-Z]/.test(name) && !STATES.test(name);
const classesOf = (el) => (attr(el, 'class') ?? '').split(/\s+/).filter(isKept).slice(0, 6);
const wordsIn = (name) => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
const nameOfWords = (words) => squash(words.join('_'), LONGEST_WORDS).replace(/[…_]+$/, '');
const singular = (word) => word.replace(/ies$/, 'y').replace(/s$/, '');
const plural = (word) => (/s$/.test(word) ? word : /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`);

const elementAround = (el) => {
  const parent = parentNodeOf.call(el);
  return parent && isElement(parent) ? parent : null;
};
const childrenOf = (el) => {
  const all = [];
  for (let child = firstElementOf(el); child && all.length < MOST_ALIKE; child = nextElementOf.call(child)) all.push(child);
  return all;
};
const linesOf = (el) => squash(of(el, 'innerText') || of(el, 'textContent'));

// Which of an element's siblings are like it: those with a class of its, else those with its tag, that hold what it holds
// at `way`.
const alikes = (el, way) => {
  const parent = elementAround(el);
  if (!parent) return null;
  const tag = tagOf(el);
  const siblings = childrenOf(parent).filter((one) => tagOf(one) === tag);
  if (siblings.length < 2) return null;
  const inside = (one) => way === '' || queryAll(one, way).length > 0;
  const named = classesOf(el);
  for (const name of [...named, null]) {
    const group = name === null ? siblings : siblings.filter((one) => classesOf(one).includes(name));
    const all = group.filter(inside);
    const least = name !== null || ['li', 'tr', 'article'].includes(tag) ? 2 : 3;
    if (all.length >= least && all.length * 2 >= group.length) return { all, name };
  }
  return null;
};

// An item has parts; a list of plain lines is a list.
const hasParts = (item) => {
  let parts = 0;
  for (const el of queryAll(item, '*')) {
    if (parts >= 2) break;
    if (tagOf(el) === 'img') parts += 1;
    else for (const node of childNodesOf.call(el)) if (nodeTypeOf.call(node) === 3 && node.data.trim()) { parts += 1; break; }
  }
  return parts >= 2;
};

const sayingKeys = (el) => {
  const tag = CSS.escape(tagOf(el));
  return [attrKey(el, 'itemprop'), testIdKey(el), ...classesOf(el).map((name) => `${tag}.${CSS.escape(name)}`)].filter(Boolean);
};

// The selector of all items like this one, the first that means them, and of which most hold what this one holds.
const itemsCss = (el, root, way, { all, name }) => {
  const tag = CSS.escape(tagOf(el));
  const parent = elementAround(el);
  const fits = (css) => {
    const found = Array.from(queryAll(root, css)).slice(0, MOST_ALIKE);
    const set = new Set(found);
    if (!all.every((one) => set.has(one))) return null;
    const like = found.filter((one) => tagOf(one) === tagOf(el) && (way === '' || queryAll(one, way).length > 0));
    return like.length * 2 >= found.length ? { css, found } : null;
  };
  const own = name === null ? tag : `${tag}.${CSS.escape(name)}`;
  const row = tagOf(el) === 'tr' ? `${own}:has(> td)` : own;
  const table = tagOf(el) === 'tr' ? ancestor(el, (node) => tagOf(node) === 'table') : null;
  const around = table ?? parent;
  const between = table && parent !== table ? ` > ${CSS.escape(tagOf(parent))} > ` : ' > ';
  const id = idKey(around);
  const test = testIdKey(el);
  const kept = all.every((one) => testIdKey(one) === test) ? test : null;
  const ways = [
    kept, name === null ? null : row,
    id && queryAll(root, id).length === 1 ? `${id}${between}${row}` : null,
    ...sayingKeys(around).map((key) => `${key}${between}${row}`),
    `${cssOf(around, countsIn(root))}${between}${row}`,
  ];
  for (const css of ways) {
    const answer = css && fits(css);
    if (answer) return answer;
  }
  return null;
};

// Where an element stands in its item, so that the same selector finds its like in most of the others.
const insideCss = (item, el, items) => {
  if (item === el) return '';
  const cell = /^(td|th)$/.test(tagOf(el)) ? `${tagOf(el)}:nth-child(${childrenOf(elementAround(el)).indexOf(el) + 1})` : null;
  const keys = (node) => [...sayingKeys(node), CSS.escape(tagOf(node))];
  const own = cell ? [cell] : keys(el);
  const steps = [];
  const around = [];
  for (let node = el; node && node !== item; node = elementAround(node)) {
    steps.unshift(stepOf(node));
    if (node !== el) around.push(...keys(node).flatMap((outer) => own.map((inner) => `${outer} ${inner}`)));
  }
  const ways = [...own, ...around.slice(0, 40), `:scope > ${steps.join(' > ')}`];
  let best = null;
  for (const css of ways) {
    if (queryAll(item, css)[0] !== el) continue;
    const hits = items.filter((one) => queryAll(one, css).length > 0).length;
    if (!best || hits > best.hits) best = { css, hits };
    if (best.hits === items.length) break;
  }
  return best?.css ?? `:scope > ${steps.join(' > ')}`;
};

const MONEY = /[€$£¥₹₽₩]|\b(USD|EUR|CHF|GBP|PLN|SEK|NOK|DKK|JPY)\b|\d\s?(kr|zł|円|元)/;
const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const KINDS = [
  ['price', (text) => text.length < 40 && MONEY.test(text) && /\d/.test(text)],
  ['number', (text) => /^[-+−(]?\d[\d\s.,'’]*[)%]?$/.test(text)],
  ['date', (text) => text.length < 40 && (/^\d{4}-\d\d-\d\d/.test(text) || /^\d{1,2}[./]\d{1,2}[./]\d{2,4}\b/.test(text)
    || (new RegExp(`\\b(${MONTHS})`, 'i').test(text) && /\b\d{1,2}\b/.test(text) && /\b\d{4}\b/.test(text)))],
  ['url', (text) => /^(https?:\/\/|www\.)\S+$/.test(text)],
];
const isMost = (all, test) => all.length > 0 && all.filter(test).length * 10 >= all.length * 7;
const kindOf = (el, texts, alone) => {
  const tag = tagOf(el);
  if (tag === 'img') return ['image', 'src'];
  if (tag === 'time' && hasAttr(el, 'datetime')) return ['date', 'datetime'];
  const said = texts.filter(Boolean);
  // A link that says the same in each item is wanted for where it leads.
  if (tag === 'a' && hasAttr(el, 'href') && (alone || said.length === 0 || (said.length > 1 && new Set(said).size === 1))) return ['url', 'href'];
  return [KINDS.find(([, test]) => isMost(said, test))?.[0] ?? 'text', null];
};

const headerOf = (cell) => {
  const table = ancestor(cell, (node) => tagOf(node) === 'table');
  const at = childrenOf(elementAround(cell)).indexOf(cell);
  for (const row of table ? Array.from(queryAll(table, 'tr')).slice(0, 5) : []) {
    const head = childrenOf(row)[at];
    if (head && head !== cell && tagOf(head) === 'th') return linesOf(head);
  }
  return '';
};
const elementBefore = getter(Element.prototype, 'previousElementSibling');
// What stands before it, when the same stands before all of its like: `Memory` before `16 GB`.
const labelOf = (els) => {
  const before = els.map((el) => elementBefore.call(Element.prototype.closest.call(el, 'dd') ?? el));
  const [first] = before;
  if (!first) return '';
  const label = linesOf(first);
  const isLabel = ['dt', 'label', 'th'].includes(tagOf(first)) || /:$/.test(label) || (els.length > 1 && before.every((one) => one && linesOf(one) === label));
  return isLabel && label.length <= 30 && /\p{L}{2}/u.test(label) ? label : '';
};
const classWords = (el, known) => {
  for (const name of classesOf(el)) {
    const words = wordsIn(name.split('__').pop()).filter((word) => word.length > 2 && !PLAIN_WORDS.has(word) && !known.has(singular(word)));
    if (words.length) return words.slice(-2);
  }
  return [];
};
const fieldName = (el, item, els, kind) => {
  const around = [];
  for (let node = el; node && around.length < (item && item !== el ? MOST_AROUND : 3); node = elementAround(node)) {
    if (node === item && item !== el) break;
    around.push(node);
  }
  if (kind === 'image') return 'image';
  const holder = around.find((node) => attr(node, 'itemprop'));
  if (holder) return nameOfWords(wordsIn(attr(holder, 'itemprop').trim().split(/\s+/)[0]));
  if (kind === 'url' && tagOf(el) === 'a') return 'link';
  const cell = around.find((node) => tagOf(node) === 'td');
  const label = (cell && headerOf(cell)) || labelOf(els);
  if (label) return nameOfWords(wordsIn(label));
  const known = new Set(item && item !== el ? [tagOf(item), ...classesOf(item).flatMap(wordsIn)].map(singular) : []);
  for (const node of around) {
    if (node !== el && childrenOf(node).length > 1) break;
    const words = classWords(node, known);
    if (words.length) return nameOfWords(words);
  }
  if (around.some((node) => /^h[1-6]$/.test(tagOf(node)))) return 'title';
  for (const name of Element.prototype.getAttributeNames.call(el)) {
    const words = name.startsWith('data-') && !TEST_IDS.includes(name) ? wordsIn(name.slice(5)) : [];
    if (words.length === 1 && words[0].length > 2 && isKept(words[0])) return words[0];
  }
  return kind === 'text' ? (['a', 'strong', 'b'].includes(tagOf(el)) && item ? 'title' : 'text') : kind;
};
const itemsName = (el) => {
  const type = (attr(el, 'itemtype') ?? '').split(/[/#]/).pop();
  const around = elementAround(el);
  const table = tagOf(el) === 'tr' && ancestor(el, (node) => tagOf(node) === 'table');
  const caption = table && queryAll(table, 'caption')[0];
  const id = around && /^[a-z]+$/i.test(attr(around, 'id') ?? '') ? [attr(around, 'id').toLowerCase()] : [];
  const words = [wordsIn(type), caption ? wordsIn(linesOf(caption)) : [], classWords(el, new Set()), around ? classWords(around, new Set()) : [], id]
    .find((some) => some.length && some.length < 4);
  const last = words?.[words.length - 1];
  if (last) return nameOfWords([...words.slice(0, -1), plural(last)]);
  return { tr: 'rows', article: 'articles' }[tagOf(el)] ?? 'items';
};

// Of frames nothing is guessed: fields are picked from the page itself.
const guessed = (el) => {
  if (of(el, 'ownerDocument') !== document) return {};
  const root = from(el, 'getRootNode');
  const found = [];
  let way = '';
  for (let node = el, steps = 0; node && steps < MOST_AROUND; node = elementAround(node), steps += 1) {
    const tag = tagOf(node);
    if (tag === 'body' || tag === 'html') break;
    const isItem = !['td', 'th', 'thead', 'tbody', 'tfoot', 'dt', 'dd', 'option', 'br'].includes(tag)
      && !(/^(p|h[1-6]|span|b|i|em|strong)$/.test(tag) && classesOf(node).length === 0);
    const like = isItem ? alikes(node, way && `:scope > ${way}`) : null;
    const css = like && itemsCss(node, root, way && `:scope > ${way}`, like);
    if (css) {
      const items = css.found.slice(0, SAMPLED);
      const inner = insideCss(node, el, items);
      const els = items.map((item) => (inner ? queryAll(item, inner)[0] : item)).filter(Boolean);
      // Facts in a card repeat, too: that the same words stand before it in each card says that the cards are meant.
      const rank = node === el ? 3 : labelOf(els) ? 0 : items.filter(hasParts).length * 2 >= items.length ? 1 : 2;
      found.push({ node, els, rank, guess: { selector: css.css, count: css.found.length, name: itemsName(node), inner } });
    }
    way = way ? `${CSS.escape(tag)} > ${way}` : CSS.escape(tag);
  }
  // The sort is stable: the nearest of a rank stays first.
  found.sort((one, other) => one.rank - other.rank);
  const [best] = found;
  const els = best?.els ?? [el];
  const [kind, attribute] = kindOf(el, els.map(linesOf), els.length < 2);
  const name = fieldName(el, best?.node ?? null, els, kind) || kind;
  return { field: { name, kind, attribute }, items: found.slice(0, MOST_ITEMS).map((one) => one.guess) };
};
const guess = (el) => { try { return guessed(el); } catch { return {}; } };
