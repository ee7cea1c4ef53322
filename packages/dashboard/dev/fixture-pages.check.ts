import { describe } from "vitest";
import { dashboardSuite } from "../../../test/e2e/dashboard-suite.ts";
import { fixtureServer } from "./fixture-server.ts";

/** For working on the pages; what counts is the same suite against the real server. */
describe("the dashboard on made-up replies", () => {
  dashboardSuite(() => fixtureServer({ state: "faults", nodes: 80, port: 0 }));
});
