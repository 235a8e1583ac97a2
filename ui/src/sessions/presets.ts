import type { Header, Preset, Settings, StartForm } from "../backend/backend";

export const LONGEST_NAME = 60;
const MOST = 100;

const SECRET = /authorization|cookie|token|secret|passw|credential|session|api[-_]?key|[-_]key$/i;

/** Whether a header's value is a secret that does not belong into a file. */
export const holdsSecret = ({ name }: Header): boolean => SECRET.test(name.trim());

/** The options as they are kept: without the proxy's password and without the values of headers that hold secrets. */
export function withoutSecrets(options: StartForm): StartForm {
  return {
    ...options,
    headers: options.headers.filter((header) => !holdsSecret(header)),
    proxy: options.proxy && { ...options.proxy, password: null },
  };
}

/** What is left out when these options are kept, in a sentence; null when all is kept. */
export function leftOut(options: StartForm): string | null {
  const headers = options.headers.filter(holdsSecret).map(({ name }) => name.trim());
  const parts = [...(options.proxy?.password ? ["the proxy's password"] : []), ...headers];
  if (parts.length === 0) return null;
  return `Not kept: ${parts.join(", ")}. Secrets are typed anew for each session.`;
}

/** What is wrong with a preset's name, in a sentence. */
export function nameProblem(name: string, settings: Settings): string | null {
  const trimmed = name.trim();
  if (!trimmed) return "Type a name for the preset.";
  if ([...trimmed].length > LONGEST_NAME) return `A name has ${LONGEST_NAME} characters at most.`;
  const full = settings.presets.length >= MOST && !presetOf(settings.presets, trimmed);
  return full ? `${MOST} presets are kept at most. Delete one first.` : null;
}

export const presetOf = (presets: readonly Preset[], name: string): Preset | null =>
  presets.find((preset) => preset.name === name.trim()) ?? null;

/** The settings with a preset added, or replaced where it has the name already. */
export function withPreset(settings: Settings, name: string, options: StartForm): Settings {
  const preset: Preset = { name: name.trim(), options: withoutSecrets(options) };
  const others = settings.presets.filter((known) => known.name !== preset.name);
  const presets = [...others, preset].sort((a, b) => a.name.localeCompare(b.name));
  return { ...settings, presets };
}

/** The settings without a preset. */
export const withoutPreset = (settings: Settings, name: string): Settings => ({
  ...settings,
  presets: settings.presets.filter((known) => known.name !== name),
});
