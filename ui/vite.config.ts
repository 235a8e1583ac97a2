import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

/** The libraries that end up in the window, with the licences their authors gave. */
function libraries() {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  return Object.keys(read("./package.json").dependencies).flatMap((name) => {
    try {
      const { version, license } = read(`./node_modules/${name}/package.json`);
      return [{ name, version, license }];
    } catch {
      // Not installed yet: whoever imports it says so better.
      return [];
    }
  });
}

export default defineConfig({
  define: { __LIBRARIES__: JSON.stringify(libraries()) },
  plugins: [svelte(), svelteTesting()],
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  build: {
    target: "safari16",
    // The window's content policy allows neither data: fonts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: "jsdom",
    // A whole story in a busy machine; what hangs is found all the same.
    testTimeout: 20_000,
    setupFiles: ["./src/testing/setup.ts"],
    include: ["src/**/*.test.ts"],
  },
});
