/** Shows a dialog over everything, with the focus on what it was opened for; afterwards the focus goes back. */
export function modal(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement;
  dialog.showModal();
  // A cross comes first in the order, but it is not what a dialog is opened for.
  if (!dialog.contains(document.activeElement) || document.activeElement?.closest("header"))
    dialog.querySelector<HTMLElement>("input, select, textarea, footer button")?.focus();
  return () => {
    dialog.close();
    // What was focused may be gone by then: its row was closed, its menu shut.
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
}
