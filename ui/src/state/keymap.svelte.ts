/** Which keys the person has set, for everything that shows or hears keys. One keyboard, so one of these. */
class Keymap {
  /** The command's id and its keys; empty for none. */
  changed = $state.raw<Readonly<Record<string, string>>>({});
  /** The window is a tab of a browser, which keeps some keys for itself. */
  inBrowser = $state(false);

  use(changed: Readonly<Record<string, string>>, inBrowser: boolean): void {
    this.changed = changed;
    this.inBrowser = inBrowser;
  }
}

export const keymap = new Keymap();
