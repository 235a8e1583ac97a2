import type { LogLine } from "../backend/backend";

export const levels = ["error", "warn", "info", "debug", "trace"] as const;
export type Level = (typeof levels)[number];

export const levelWords: Record<Level, string> = {
  error: "Errors only",
  warn: "Warnings and errors",
  info: "Info and worse",
  debug: "Debug and worse",
  trace: "Everything",
};

/** The lines of a level or a worse one that hold all words. */
export function logLines(lines: readonly LogLine[], least: Level, text: string): readonly LogLine[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (least === "trace" && words.length === 0) return lines;
  const wanted: readonly string[] = levels.slice(0, levels.indexOf(least) + 1);
  return lines.filter((line) => {
    if (!wanted.includes(line.level)) return false;
    const whole = `${line.target} ${line.text}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

/** The lines as a text to copy. */
export const logText = (lines: readonly LogLine[]): string =>
  lines
    .map(({ at, level, target, text }) => `${at} ${level.toUpperCase().padEnd(5)} ${target}: ${text}`)
    .join("\n");
