import { chordOf, chordText, isMac, type Chord, type Keys } from "./chords";
import { commandIds, commandOf, type CommandId } from "./commands";
import { keymap } from "./keymap.svelte";

/** A command that can have keys. */
export type Shortcut = CommandId;

/** The keys of a command that nobody changed. */
export function defaultChord(command: CommandId, inBrowser = keymap.inBrowser): Chord {
  const { keys, browserKeys } = commandOf(command);
  return inBrowser ? (browserKeys ?? keys) : keys;
}

/** The keys of a command; empty when it has none. */
export const chordFor = (command: CommandId, inBrowser = keymap.inBrowser): Chord =>
  keymap.changed[command] ?? defaultChord(command, inBrowser);

/** The keys of a command as the person's keyboard has them; empty when it has none. */
export const keysOf = (command: CommandId, inBrowser = keymap.inBrowser, mac = isMac): string =>
  chordText(chordFor(command, inBrowser), mac);

/** The command's words and its keys, for a title: `Observe (Ctrl 1)`. */
export function titled(words: string, command: CommandId): string {
  const keys = keysOf(command);
  return keys ? `${words} (${keys})` : words;
}

/** The command that a key press asks for. */
export function shortcutOf(pressed: Keys, mac = isMac): CommandId | null {
  const chord = chordOf(pressed, mac);
  return chord === null ? null : (commandIds.find((id) => chordFor(id) === chord) ?? null);
}

/** The other command that has these keys. */
export const conflictOf = (command: CommandId, chord: Chord): CommandId | null =>
  commandIds.find((id) => id !== command && chord !== "" && chordFor(id) === chord) ?? null;

/** The settings' shortcuts after one command got other keys; the default is not written down. */
export function withChord(
  changed: Readonly<Record<string, string>>,
  command: CommandId,
  chord: Chord | null,
): Record<string, string> {
  const rest = Object.fromEntries(Object.entries(changed).filter(([id]) => id !== command));
  return chord === null || chord === defaultChord(command) ? rest : { ...rest, [command]: chord };
}
