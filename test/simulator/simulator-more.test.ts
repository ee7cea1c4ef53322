import { describe } from "vitest";
import { simulatorSuite } from "./simulator-suite.ts";

// The other half of the gate's seeds, beside the first on the second core.
describe.skipIf(process.env.FORESHOCK_SEEDS !== undefined)("more seeds", () => {
  simulatorSuite(151, 150);
});
