import type { Exchange } from "../backend/backend";

/** Stands where a secret was; whoever makes the request again puts his own there. */
const HIDDEN = "[not kept]";
const HIDDEN_IN_ADDRESS = "not-kept";
/** What every client writes itself. */
const OWN = /^(host|content-length|connection|accept-encoding|:.*|sec-fetch-.*|sec-ch-.*)$/i;

function partsOf(exchange: Exchange) {
  const headers = exchange.request_headers.filter(({ name }) => !OWN.test(name));
  const body = exchange.request_body;
  const text = body && !body.base64 && !body.truncated ? body.content : null;
  return { headers, text };
}

/** In single quotes, as a POSIX shell reads it. */
const shell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
/** JSON is what JavaScript and Python read alike, but for two separators of lines and the escape of half a character. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`);

/** The request for curl. */
export function asCurl(exchange: Exchange): string {
  const { headers, text } = partsOf(exchange);
  const lines = [`curl ${shell(exchange.url)}`];
  if (exchange.method !== (text === null ? "GET" : "POST")) lines.push(`-X ${shell(exchange.method)}`);
  for (const { name, value } of headers) lines.push(`-H ${shell(`${name}: ${value}`)}`);
  if (text !== null) lines.push(`--data-raw ${shell(text)}`);
  return lines.join(" \\\n  ");
}

/** The request for `fetch`. */
export function asFetch(exchange: Exchange): string {
  const { headers, text } = partsOf(exchange);
  const lines = [`  method: ${quoted(exchange.method)},`];
  // Several of one name are one for fetch.
  const named = new Map<string, string>();
  for (const { name, value } of headers)
    named.set(name, named.has(name) ? `${named.get(name) ?? ""}, ${value}` : value);
  if (named.size > 0) {
    const all = [...named].map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},`);
    lines.push("  headers: {", ...all, "  },");
  }
  if (text !== null) lines.push(`  body: ${quoted(text)},`);
  return `await fetch(${quoted(exchange.url)}, {\n${lines.join("\n")}\n});`;
}

/** The request for Python's `requests`. */
export function asPython(exchange: Exchange): string {
  const { headers, text } = partsOf(exchange);
  const lines = [`    ${quoted(exchange.method)},`, `    ${quoted(exchange.url)},`];
  if (headers.length > 0) {
    const all = headers.map(({ name, value }) => `        ${quoted(name)}: ${quoted(value)},`);
    lines.push("    headers={", ...all, "    },");
  }
  if (text !== null) lines.push(`    data=${quoted(text)}.encode(),`);
  return `import requests\n\nresponse = requests.request(\n${lines.join("\n")}\n)`;
}

/** Whether something was left out that the request cannot do without, as a sentence. */
export function leftOut(exchange: Exchange): string | null {
  const body = exchange.request_body;
  if (body?.truncated || body?.base64) return "Its body is not kept whole and is left out.";
  const held = exchange.request_headers.some(({ value }) => value === HIDDEN);
  const texts = [exchange.url, body?.content ?? ""];
  return held || texts.some((text) => text.includes(HIDDEN) || text.includes(HIDDEN_IN_ADDRESS))
    ? "Secrets are not kept: put yours where it says so."
    : null;
}
