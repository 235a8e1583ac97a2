// What a person points at: the element at a point, through open shadow roots and the frames that scripts can enter.
const TEXT_CHARS = 200;
// Whose text is their name; the name of any other role has to be said.
const NAMED_BY_TEXT = new Set(['heading', 'cell', 'gridcell', 'columnheader', 'rowheader', 'row', 'tooltip', 'img']);

// Asked only where it matters whether an element is the only one, since nothing was counted.
const countsIn = (root) => ({ get: (css) => queryAll(root, css).length });
const wayInto = (el) => {
  const root = from(el, 'getRootNode');
  const holder = root.host ?? root.defaultView?.frameElement;
  return holder ? `${wayInto(holder)}${cssOf(holder, countsIn(from(holder, 'getRootNode')))} >>> ` : '';
};
const cssWay = (el) => wayInto(el) + cssOf(el, countsIn(from(el, 'getRootNode')));

const alone = (el, key) => (key && queryAll(from(el, 'getRootNode'), key).length === 1 ? wayInto(el) + key : null);

const pointedAt = (x, y) => {
  forgetPlaces();
  let el = hitAt(x, y);
  // The strokes of a drawing mean nothing by themselves.
  while (el?.ownerSVGElement) el = el.ownerSVGElement;
  if (!el) return { is: 'nothing' };
  const tag = tagOf(el);
  if ((tag === 'iframe' || tag === 'frame') && !frameDocument(el)) {
    const corner = contentCorner(el);
    const rect = el.getBoundingClientRect();
    const offset = frameOffset(el);
    const inside = x >= corner.x && y >= corner.y && x < offset.x + rect.right && y < offset.y + rect.bottom;
    if (inside) return { is: 'frame', key: keyOf(el), holder: cssWay(el), left: corner.x, top: corner.y };
  }
  const control = controlOf(el, tag);
  const role = roleOf(el, tag, 'button');
  const said = () => byIds(el, 'aria-labelledby') || squash(attr(el, 'aria-label')) || squash(attr(el, 'title'));
  const name = control || role === 'button' || NAMED_BY_TEXT.has(role) ? nameOf(el, tag, control?.[0] ?? 'B') : said();
  // What its frame or a box that scrolls cuts off is not what is pointed at.
  beginLook();
  const part = meet(boxOf(el), clipAround(el).seen);
  endLook();
  const offset = frameOffset(el);
  return {
    is: 'element', tag, role, name: name || null, text: control?.[0] === 'I' ? '' : textOf(el, TEXT_CHARS),
    box: {
      x: part.left + offset.x, y: part.top + offset.y, width: part.right - part.left, height: part.bottom - part.top,
      iframe_offset_x: offset.x, iframe_offset_y: offset.y,
    },
    css: cssWay(el),
    id: alone(el, idKey(el)), test_id: alone(el, testIdKey(el)),
    xpath: from(el, 'getRootNode') === document ? xpathOf(el) : null,
    ...guess(el),
  };
};
