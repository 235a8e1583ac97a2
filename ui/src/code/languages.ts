import type { CodeLanguage } from "../backend/backend";
import type { Language } from "../viewers/editor";

/** The languages that flows are written in, in the order they are offered, and how each is shown. */
export const languages: readonly { id: CodeLanguage; label: string; shows: Language }[] = [
  { id: "python", label: "Python (notte-sdk)", shows: "python" },
  { id: "python_classic", label: "Python (classic SDK)", shows: "python" },
  { id: "typescript", label: "TypeScript", shows: "typescript" },
  { id: "curl", label: "curl", shows: "shell" },
  { id: "playwright_python", label: "Playwright (Python)", shows: "python" },
  { id: "playwright_typescript", label: "Playwright (TypeScript)", shows: "typescript" },
  { id: "cli", label: "notex-inspector", shows: "shell" },
];

const KEY = "notex-code-language";

/** The language that was chosen last on this machine. */
export function rememberedLanguage(): CodeLanguage {
  try {
    const kept = localStorage.getItem(KEY);
    return languages.find(({ id }) => id === kept)?.id ?? "python";
  } catch {
    return "python";
  }
}

export function rememberLanguage(language: CodeLanguage): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // It is asked for anew next time.
  }
}
