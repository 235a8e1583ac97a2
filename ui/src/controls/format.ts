const credits = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const wholeOrTenth = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `14.2` */
export const creditsText = (amount: number): string => credits.format(amount);
/** `7,412` or `7,411.8` */
export const balanceText = (amount: number): string => wholeOrTenth.format(amount);
/** `12,345` */
export const countText = (n: number): string => whole.format(n);

/** `3 actions`, `1 action` */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${countText(n)} ${n === 1 ? one : many}`;
}

/** `412 ms`, `1.9 s` */
export function tookText(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** `18 KB`; sizes are of UTF-8 text. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `14:03:22` in the person's zone. */
export function timeText(instant: string): string {
  const date = new Date(instant);
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** The host of an address, or the address when it has none. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host || url;
  } catch {
    return url;
  }
}

/** The first characters of an id, enough to tell sessions apart. */
export const shortId = (id: string): string => (id.length <= 8 ? id : id.slice(0, 8));

/** The text with a capital, unless it begins with an address or a host; a hint may end in a command, so it gets no full stop. */
export function capital(text: string): string {
  const trimmed = text.trim();
  if (/^([a-z]+:\/\/|[a-z0-9-]+(\.[a-z0-9-]+)+[\s:/])/.test(trimmed)) return trimmed;
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}

/** A sentence with a capital and a full stop, however it came. */
export function sentence(text: string): string {
  const started = capital(text);
  return !started || /[.!?…]$/.test(started) ? started : `${started}.`;
}

/** The address a person meant: `example.org` gets a scheme, `localhost:3000` a plain one. */
export function addressOf(typed: string): string {
  const text = typed.trim();
  if (!text || /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^(about|data):/i.test(text)) return text;
  const local = /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]|[^/]+\.local(host)?)(:\d+)?([/?#]|$)/i.test(
    text,
  );
  return `${local ? "http" : "https"}://${text}`;
}
