import type { KeepKey, ModelState, TriedModel } from "../backend/backend";
import { countText, plural } from "../controls/format";

/** What the form of the language model holds. */
export interface ModelForm {
  url: string;
  name: string;
  /** Empty: the key that is kept, where one is. */
  apiKey: string;
  keepKey: KeepKey;
}

/** What is wrong with the address or the name, in a sentence. The hub says what only it knows. */
export function modelProblems({ url, name }: ModelForm): { url: string | null; name: string | null } {
  return {
    url: urlProblem(url),
    name: name.trim() ? null : "Write what its server calls it, like gpt-4o-mini or llama3.2.",
  };
}

function urlProblem(typed: string): string | null {
  try {
    const { protocol } = new URL(typed.trim());
    if (protocol === "http:" || protocol === "https:") return null;
  } catch {
    // Said below.
  }
  return "Write the whole address, like https://api.openai.com/v1";
}

/** The key as it is sent: null for the one that is kept. */
export const sentKey = ({ apiKey }: ModelForm, model: ModelState | null): string | null =>
  apiKey.trim() === "" && model?.keyKept ? null : apiKey.trim();

/** Where its key is, in words. */
export function modelKeyWords({ keyKept }: ModelState): string {
  switch (keyKept) {
    case "keychain":
      return "key in the keychain";
    case "memory":
      return "key for this run only";
    case null:
      return "without a key";
  }
}

/** What it answered when it was tried, in a sentence. */
export function triedWords(name: string, { tokens, tokensEstimated, tookMs }: TriedModel): string {
  const about = tokensEstimated ? "about " : "";
  const took = countText(Math.max(1, Math.round(tookMs)));
  return `${name} answers in ${took} ms, with ${about}${plural(tokens, "token")}.`;
}
