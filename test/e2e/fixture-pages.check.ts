import { describe } from "vitest";
import { fixtureServer } from "../../packages/dashboard/dev/fixture-server.ts";
import { dashboardSuite } from "./dashboard-suite.ts";

/** For working on the pages; what counts is the same suite against the real server. */
describe("the dashboard on made-up replies", () => {
  dashboardSuite(() => fixtureServer({ state: "faults", nodes: 80, port: 0 }));
});
