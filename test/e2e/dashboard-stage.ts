import type { Page } from "playwright-core";
import type { Tab } from "./browser.ts";
import type { DashboardFacts, DashboardServer, Paths } from "./dashboard-facts.ts";

/** What the parts of the suite share; filled before the first test runs. */
export interface Stage {
  readonly server: DashboardServer;
  readonly facts: DashboardFacts;
  readonly paths: Paths;
  /**
   * A new tab at a page, signed in with the key of one tenant or another one. `before` is given the tab before it
   * goes there.
   */
  open(path: string, key?: string, before?: (page: Page) => void): Promise<Tab>;
}
