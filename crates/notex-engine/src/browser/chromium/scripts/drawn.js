// What a control is called that says nothing at all: by the name of its icon, else by what it looks like.
const ICON_FAMILY = /^(?:fa[bdlrst]?|bi|mdi?|ri|ti|la[bsr]?|ql|ui-icon|ico|icons?|glyphicon|anticon|lucide|feather|octicon|codicon|pi|uil|tabler|material)[-_]+(?:icons?[-_]+)?([a-z][a-z0-9_-]{1,30})$/i;
const ICON_WORD = /^[a-z]{3,20}$/;
const NO_ICON = new Set(['solid', 'regular', 'light', 'brands', 'spin', 'icon', 'icons', 'lg', 'sm', 'xs', 'xl', 'fw', 'btn', 'button', 'link', 'item',
  'active', 'selected', 'disabled', 'enabled', 'hidden', 'visible', 'open', 'closed', 'small', 'medium', 'large', 'primary', 'secondary', 'control', 'inner',
  'outer', 'wrapper', 'wrap', 'box', 'container', 'content', 'cell', 'row', 'col', 'column', 'grid', 'flex', 'block', 'inline', 'left', 'right', 'center',
  'top', 'bottom', 'first', 'last', 'even', 'odd', 'clickable', 'pointer', 'focus', 'hover', 'widget', 'component', 'image', 'img', 'svg', 'picture']);
const inWords = (text) => squash(text.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[-_.]+/g, ' '), 40).toLowerCase();
const fileWord = (url) => {
  const name = /([a-z][a-z _-]{1,30})\.(?:svg|png|gif|jpe?g|webp)(?:[?#]|$)/i.exec(url ?? '');
  return name ? inWords(name[1]) : '';
};
const classesSaid = (el) => (attr(el, 'class') ?? '').split(/\s+/).filter(Boolean);
const familyWord = (el) => {
  for (const one of classesSaid(el)) {
    const icon = ICON_FAMILY.exec(one)?.[1];
    if (icon && !NO_ICON.has(icon.toLowerCase()) && !/^icon/.test(icon)) return inWords(icon);
  }
  return '';
};
const classWord = (el) => {
  const all = classesSaid(el);
  return all.length === 1 && ICON_WORD.test(all[0]) && !NO_ICON.has(all[0]) ? all[0] : '';
};
const partsOf = (el) => [el, ...Array.from(from(el, 'querySelectorAll', 'img, svg, use, i, span')).slice(0, 6)];
const firstWord = (all, word) => {
  for (const one of all) { const words = word(one); if (words) return words; }
  return '';
};
const iconWord = (part) => {
  const tag = tagOf(part);
  if (tag === 'img') return fileWord(attr(part, 'src'));
  if (tag === 'use') return inWords((attr(part, 'href') ?? attr(part, 'xlink:href') ?? '').split('#').pop().replace(/^icons?[-_]/i, ''));
  return inWords((attr(part, 'data-icon') ?? (tag === 'svg' ? attr(part, 'data-testid') : null) ?? '').replace(/Icon$/, '')) || familyWord(part);
};
const pictureWord = (el) => fileWord(/url\("?([^")]+)/.exec(`${styleOf(el)?.backgroundImage} ${styleOf(el)?.content}`)?.[1]);

const SHAPES = { circle: 'circle', ellipse: 'ellipse', rect: 'box', polygon: 'shape', path: 'shape', polyline: 'line', line: 'line' };
const HUES = [[15, 'red'], [40, 'orange'], [66, 'yellow'], [165, 'green'], [195, 'turquoise'], [255, 'blue'], [290, 'purple'], [340, 'pink'], [361, 'red']];
// What a person would call a computed colour; '' for one that lets through what is behind it.
const colourName = (colour) => {
  const [red, green, blue, alpha = 1] = (colour?.match(/[\d.]+/g) ?? []).map(Number);
  if (!/^rgb/.test(colour ?? '') || alpha < 0.3) return '';
  const most = Math.max(red, green, blue), least = Math.min(red, green, blue), spread = most - least;
  const lightness = (most + least) / 510;
  if (lightness < 0.1) return 'black';
  if (lightness > 0.95) return 'white';
  if (spread < 25) return 'grey';
  const turn = most === red ? ((green - blue) / spread + 6) % 6 : most === green ? (blue - red) / spread + 2 : (red - green) / spread + 4;
  const hue = HUES.find(([to]) => turn * 60 < to)[1];
  return hue === 'orange' && lightness < 0.35 ? 'brown' : hue;
};
const PLAIN = new Set(['', 'white', 'grey', 'black']);
const drawnName = (el, tag) => {
  const icon = firstWord(partsOf(el), iconWord);
  if (icon) return icon;
  const style = styleOf(el);
  const shape = SHAPES[tag];
  if (shape) return `the ${[colourName(style?.fill) || colourName(style?.stroke), shape].filter(Boolean).join(' ')}`;
  if (tag === 'svg' || tag === 'canvas') return 'the drawing';
  const words = innerName(el, 'input');
  if (words && !/\d{4}/.test(words)) return words;
  const kind = kindOfBox(el, tag);
  const colour = kind ? colourName(style?.backgroundColor) : '';
  const painted = colour && `the ${colour} ${kind}`;
  return (!PLAIN.has(colour) && painted) || firstWord(partsOf(el), classWord) || pictureWord(el) || (colour !== 'white' && painted) || '';
};
const kindOfBox = (el, tag) => (tag === 'button' || attr(el, 'role') === 'button' ? 'button' : ['div', 'span', 'td', 'li', 'a', 'i', 'b'].includes(tag) ? 'box' : '');
