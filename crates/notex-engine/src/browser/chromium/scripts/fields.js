// Picks what fields say from the page: by CSS or XPath, as text or an attribute, one or many, and fields inside of fields.
// What is wrong with a field is told by its way; one that is not there is null.
const MOST_PICKED = 2000;
const MOST_VALUES = 50000;
const VALUE_LENGTH = 20000;

// The elements that the cells of the last scrape were read from, by their ways: a snapshot says where each stands.
const MOST_CELLS = 20000;
const MOST_WAY = 300;
let cells = new WeakMap(), cellsLeft = MOST_CELLS;
const forgetCells = () => { cells = new WeakMap(); cellsLeft = MOST_CELLS; };
const noteCell = (node, way) => {
  if (typeof node === 'string' || cellsLeft <= 0 || way.length > MOST_WAY) return;
  const type = nodeTypeOf.call(node);
  const el = type === 1 ? node : type === 2 ? node.ownerElement : node.parentElement;
  if (!el || el.ownerDocument !== document) return;
  cellsLeft -= 1;
  cells.set(el, cells.has(el) ? `${cells.get(el)}\n${way}` : way);
};
// Cells that were found by themselves, by the numbers of their elements.
const noteCells = (found) => {
  for (const [way, number] of found) if (numbered[number]) noteCell(numbered[number], way);
  numbered = [];
  return cellsLeft;
};

const nodesOf = (spec, scope, first) => {
  const { css, xpath } = spec;
  const found = [];
  if (!xpath && (css === '' || css === ':scope')) return [scope];
  if (xpath) {
    // A scope is a document or an element; an attribute and a text are values by themselves.
    const owner = nodeTypeOf.call(scope) === 9 ? scope : scope.ownerDocument;
    const all = Document.prototype.evaluate.call(owner, xpath, scope, null, XPathResult.ANY_TYPE, null);
    if (all.resultType === XPathResult.STRING_TYPE) return [all.stringValue];
    if (all.resultType === XPathResult.NUMBER_TYPE) return [String(all.numberValue)];
    if (all.resultType === XPathResult.BOOLEAN_TYPE) return [String(all.booleanValue)];
    for (let node = all.iterateNext(); node && found.length < MOST_PICKED; node = all.iterateNext()) found.push(node);
    return found;
  }
  for (const root of [scope, ...openRoots(scope)]) {
    for (const el of queryAll(root, css)) {
      found.push(el);
      if (found.length >= (first ? 1 : MOST_PICKED)) return found;
    }
  }
  return found;
};

// As it is seen, in one line; of what is not seen the words that stand there.
const wordsOf = (el) => squash(el.innerText || el.textContent, VALUE_LENGTH);

const valueOf = (node, attribute) => {
  if (typeof node === 'string') return node;
  const type = nodeTypeOf.call(node);
  if (type !== 1) return squash(node.nodeValue ?? node.textContent, VALUE_LENGTH);
  const tag = tagOf(node);
  if (!attribute || attribute === 'text') {
    if (tag === 'meta') return attr(node, 'content');
    if (tag === 'input' || tag === 'select' || tag === 'textarea') return attr(node, 'type') === 'password' ? null : String(node.value);
    return wordsOf(node);
  }
  if (attribute === 'html') return String(of(node, 'innerHTML')).slice(0, VALUE_LENGTH);
  if (attribute === 'value' && attr(node, 'type') === 'password') return null;
  if (tag === 'img' && attribute === 'src') return imageAddress(node);
  const given = attr(node, attribute);
  if (given !== null && ['href', 'src', 'action', 'poster', 'data-src'].includes(attribute)) return absolute(given, node.ownerDocument.baseURI);
  return given === null ? null : given.slice(0, VALUE_LENGTH);
};

const pickFields = (fields, scope, way, state, cell = '') => {
  const data = {};
  for (const [name, spec] of fields) {
    const here = way ? `${way}.${name}` : name;
    const inside = cell ? `${cell}.${name}` : name;
    let nodes;
    try {
      nodes = nodesOf(spec, scope, !spec.list);
    } catch {
      if (!state.wrong.some((wrong) => wrong.field === here)) {
        state.wrong.push({ field: here, message: spec.xpath ? 'its selector is no XPath' : 'its selector is no CSS selector' });
      }
      data[name] = null;
      continue;
    }
    const one = (node, place) => {
      if (state.left <= 0) return null;
      state.left -= 1;
      if (!spec.fields) {
        noteCell(node, inside);
        return valueOf(node, spec.attribute);
      }
      if (typeof node === 'string' || nodeTypeOf.call(node) !== 1) return null;
      return pickFields(spec.fields, node, here, state, spec.list ? `${inside}[${place}]` : inside);
    };
    data[name] = spec.list ? nodes.map(one) : nodes.length ? one(nodes[0], 0) : null;
  }
  return data;
};

const pick = (fields, within) => {
  let start = document;
  if (within !== null) {
    try { start = firstOf(within); } catch { start = null; }
    if (!start) return { data: null, wrong: [{ field: 'selector', message: 'matches nothing on this page' }], cut: false };
  }
  const state = { wrong: [], left: MOST_VALUES };
  const data = pickFields(fields, start, '', state);
  return { data, wrong: state.wrong, cut: state.left <= 0 };
};
