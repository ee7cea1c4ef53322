import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** The browser suite against the fixture: `npx vitest run --config packages/dashboard/dev/vitest.config.ts`. */
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, "../../.."),
    include: ["packages/dashboard/dev/fixture-pages.check.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
