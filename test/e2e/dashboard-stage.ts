import type { Tab } from "./browser.ts";
import type { DashboardFacts, DashboardServer, Paths } from "./dashboard-facts.ts";

/** What the parts of the suite share; filled before the first test runs. */
export interface Stage {
  readonly server: DashboardServer;
  readonly facts: DashboardFacts;
  readonly paths: Paths;
  /** A new tab at a page, signed in with the key of one tenant or another one. */
  open(path: string, key?: string): Promise<Tab>;
}
