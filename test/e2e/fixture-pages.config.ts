import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** The browser suite against the fixture: `npx vitest run --config test/e2e/fixture-pages.config.ts`. */
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, "../.."),
    include: ["test/e2e/fixture-pages.check.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
