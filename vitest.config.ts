import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const LONG_MS = 120_000;
const common = {
  isolate: false,
  pool: "threads",
  testTimeout: LONG_MS,
  hookTimeout: LONG_MS,
  // A busy machine is slow, not wrong.
  expect: { poll: { timeout: 20_000 } },
} as const;

/** Our packages' sources, not what was built last; vitest hands it on to Node and its workers. */
const conditions = ["foreshock-source", ...defaultServerConditions];
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } };

export default defineConfig({
  test: {
    maxWorkers: 2,
    retry: 0,
    projects: [
      {
        ...fromSource,
        test: {
          ...common,
          name: "rooms",
          include: [
            "packages/*/src/**/*.test.{ts,tsx}",
            "test/*.test.ts",
            "test/guest/*.test.ts",
            "test/simulator/**/*.test.ts",
            "bench/**/*.test.ts",
          ],
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...fromSource,
        test: {
          ...common,
          name: "reference",
          include: ["test/reference/**/*.test.ts", "test/durability/**/*.test.ts"],
          sequence: { groupOrder: 1 },
        },
      },
      {
        // One after the other: they start servers, browsers and busy loops.
        ...fromSource,
        test: {
          ...common,
          name: "system",
          include: ["test/{system,e2e,fuzz}/**/*.test.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
