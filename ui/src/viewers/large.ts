/** Larger bodies are drawn only when asked for, in bytes. */
export const LARGE = 2_000_000;

/** How large a text is as UTF-8, in bytes. */
export const sizeOf = (text: string): number => new Blob([text]).size;
