import { describe } from "vitest";
import { dashboardServer } from "../tooling/dashboard-server.ts";
import { hasBrowser } from "./browser.ts";
import { dashboardSuite } from "./dashboard-suite.ts";

if (!hasBrowser()) console.warn("SKIPPED, LOUDLY: install chromium to run the browser tests");

/** A small fleet with the known faults. */
describe.runIf(hasBrowser())("the dashboard on the real server", () => {
  dashboardSuite(() => dashboardServer({ state: "faults", nodes: 60 }));
});
