/** The libraries that are built into the window; written by `vite.config.ts`. */
declare const __LIBRARIES__: readonly { name: string; version: string; license: string }[];
