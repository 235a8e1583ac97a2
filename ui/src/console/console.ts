import type { ConsoleLevel, ConsoleLine, KeptLine } from "../backend/backend";

export const levels: { id: ConsoleLevel; label: string }[] = [
  { id: "error", label: "Errors" },
  { id: "warning", label: "Warnings" },
  { id: "info", label: "Info" },
  { id: "log", label: "Log" },
  { id: "debug", label: "Debug" },
];

export type Shown = Record<ConsoleLevel, boolean>;
export const everything = (): Shown => ({ error: true, warning: true, info: true, log: true, debug: true });

/** The lines of these levels that hold the words in what was written or where. */
export function fitting(lines: readonly KeptLine[], shown: Shown, typed: string): KeptLine[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter(({ line }) => {
    if (!shown[line.level]) return false;
    const text = `${line.text} ${line.url ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** How often lines of each level were written. */
export function countsOf(lines: readonly KeptLine[]): Record<ConsoleLevel, number> {
  const counts = { error: 0, warning: 0, info: 0, log: 0, debug: 0 };
  for (const { line } of lines) counts[line.level] += line.repeated;
  return counts;
}

/** Where it was written: the end of the address, line and column. */
export function placeOf({ url, line, column }: ConsoleLine): string {
  if (url === null) return "";
  const name = url.split(/[?#]/)[0]?.split("/").filter(Boolean).pop() ?? url;
  return [name, line, line === null ? null : column].filter((part) => part !== null).join(":");
}
