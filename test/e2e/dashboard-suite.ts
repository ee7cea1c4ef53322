import { afterAll, beforeAll } from "vitest";
import { type Browser, launchBrowser, type Tab } from "./browser.ts";
import { drillDownSuite } from "./dashboard-drill-down.ts";
import { type DashboardFacts, type DashboardServer, factsOf, pathsOf } from "./dashboard-facts.ts";
import { fleetSuite } from "./dashboard-fleet.ts";
import { keyboardSuite } from "./dashboard-keyboard.ts";
import { looksSuite } from "./dashboard-looks.ts";
import { nowSuite } from "./dashboard-now.ts";
import { pastSuite } from "./dashboard-past.ts";
import type { Stage } from "./dashboard-stage.ts";
import { statesSuite } from "./dashboard-states.ts";
import { tenantsSuite } from "./dashboard-tenants.ts";

/** What the dashboard owes in a real browser against a real server with data in it. */
export function dashboardSuite(makeServer: () => Promise<DashboardServer>): void {
  let browser: Browser;
  let server: DashboardServer | undefined;
  let facts: DashboardFacts;
  const tabs: Tab[] = [];

  beforeAll(async () => {
    server = stoppedOnce(await makeServer());
    facts = await factsOf(server);
    browser = await launchBrowser();
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const stage = (): Stage => {
    if (server === undefined) throw new Error("the server did not start");
    const { url, key } = server;
    return {
      server,
      facts,
      paths: pathsOf(facts),
      async open(path, as = key) {
        for (const old of tabs.splice(0)) await old.page.close();
        const tab = await browser.tab();
        tabs.push(tab);
        const mark = path.includes("?") ? "&" : "?";
        await tab.page.goto(`${url}${path}${mark}key=${encodeURIComponent(as)}`);
        await tab.page.locator("main h1, main .state").first().waitFor();
        return tab;
      },
    };
  };

  tenantsSuite(stage);
  pastSuite(stage);
  nowSuite(stage);
  fleetSuite(stage);
  drillDownSuite(stage);
  keyboardSuite(stage);
  looksSuite(stage);
  statesSuite(stage);
}

/** The last test stops the server, and so does the end of the suite. */
function stoppedOnce(server: DashboardServer): DashboardServer {
  let stopping: Promise<void> | undefined;
  return {
    url: server.url,
    key: server.key,
    operatorKey: server.operatorKey,
    stop() {
      stopping ??= server.stop();
      return stopping;
    },
  };
}
