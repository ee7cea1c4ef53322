import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { FROM_SOURCE } from "../tooling/from-source.ts";

const MAIN = resolve(import.meta.dirname, "../../packages/server/src/main.ts");
const TAKES_MS = 600_000;

describe("foreshock demo --score", () => {
  it(
    "finds all seven faults, the right place first, and leaves the quiet ones alone, at whatever hour it runs",
    async () => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [FROM_SOURCE, MAIN, "demo", "--score", "--json", "--port", "0"],
        { timeout: TAKES_MS },
      );
      const score = JSON.parse(stdout);
      console.log(stdout);
      expect(score).toMatchObject({
        passed: true,
        faults: 7,
        found: 7,
        placeFirst: 7,
        quietBroken: 0,
      });
      expect(score.labelledRight).toBeGreaterThanOrEqual(6);
      expect(score.unmatched).toBeLessThanOrEqual(18);
    },
    TAKES_MS,
  );
});
