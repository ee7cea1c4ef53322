import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, coloursOn, dragAcross, launchBrowser, type Tab, textOf } from "./browser.ts";
import {
  type DashboardFacts,
  type DashboardServer,
  factsOf,
  firstOnMap,
  type Paths,
  pathsOf,
} from "./dashboard-facts.ts";
import { looksSuite } from "./dashboard-looks.ts";
import { statesSuite } from "./dashboard-states.ts";

/** What the parts of the suite share; filled before the first test runs. */
export interface Stage {
  readonly server: DashboardServer;
  readonly facts: DashboardFacts;
  readonly paths: Paths;
  /** A new tab at a page, signed in. */
  open(path: string): Promise<Tab>;
}

const SEVERITY_WORD = /critical|major|moderate|low|normal/;

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
      async open(path) {
        for (const old of tabs.splice(0)) await old.page.close();
        const tab = await browser.tab();
        tabs.push(tab);
        const mark = path.includes("?") ? "&" : "?";
        await tab.page.goto(`${url}${path}${mark}key=${encodeURIComponent(key)}`);
        await tab.page.locator("main h1, main .state").first().waitFor();
        return tab;
      },
    };
  };

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
    stop() {
      stopping ??= server.stop();
      return stopping;
    },
  };
}

function nowSuite(stage: () => Stage): void {
  describe("Now", () => {
    it("moves the key out of the address and keeps it for this tab alone", async () => {
      const { open, server } = stage();
      const { page } = await open("/?live=0");
      expect(page.url()).toBe(`${server.url}/?live=0`);
      expect(await page.evaluate(() => sessionStorage.getItem("foreshock.key"))).toBe(server.key);
      expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(server.key);
    });

    it("says first how many findings are open, and lists each with its severity in words", async () => {
      const { open, facts } = stage();
      const { page, errors } = await open("/");
      const count = facts.openFindings.length;
      const verdict = page.locator("h1");
      await verdict.locator("b").waitFor();
      const text = await textOf(verdict);
      if (count === 0) expect(text).toMatch(/No findings open|Still learning/);
      else expect(text).toContain(`${count} finding${count === 1 ? "" : "s"} open.`);
      expect(text).toMatch(/nodes? normal|Still learning/);
      const cards = page.locator(".finding");
      await expect.poll(() => cards.count()).toBe(count);
      for (const card of await cards.all()) {
        expect(await textOf(card.locator(".mark-word").first())).toMatch(SEVERITY_WORD);
        expect((await textOf(card.locator(".sentence"))).length).toBeGreaterThan(10);
      }
      expect(errors).toEqual([]);
    });

    it("draws the fleet over time, with the same in a table; dragging zooms, back undoes it", async () => {
      const { open } = stage();
      const { page } = await open("/");
      await page.locator(".lane-canvas canvas").waitFor();
      await expect.poll(() => coloursOn(page, ".lane-canvas canvas")).toBeGreaterThan(1);
      expect(await page.locator(".lanes table tbody tr").count()).toBeGreaterThan(1);
      const before = page.url();
      await dragAcross(page, ".lane-canvas", 0.3, 0.7);
      await page.waitForURL(/from=\d{4}-\d\d-\d\dT.*&to=\d{4}-/);
      await page.goBack();
      expect(page.url()).toBe(before);
    });

    it("tells promised against realised alarms in the API's own numbers, when asked", async () => {
      const { open, facts } = stage();
      const { page, errors } = await open("/");
      expect(await page.locator(".promise-rows").count()).toBe(0);
      await page.getByText("Do scores keep their promise?").click();
      const { levels } = await facts.client.calibration({ from: "now-30d" });
      const lines = page.locator(".promise-rows tbody tr");
      const own = levels.flatMap(({ rows }) => rows.map(({ realised }) => String(realised)));
      expect(own.length).toBeGreaterThan(0);
      await expect.poll(() => lines.count()).toBe(own.length);
      const shown = await lines.locator("td:nth-child(3)").allInnerTexts();
      expect(shown.map((text) => text.replaceAll(",", ""))).toEqual(own);
      for (const words of await lines.locator("td:nth-child(4)").allInnerTexts()) {
        expect(words).toMatch(/kept|than promised|too little history/);
      }
      expect(errors).toEqual([]);
    });

    it("says whether the data are good", async () => {
      const { page } = await stage().open("/");
      await page.locator(".strip").waitFor();
      expect(await textOf(page.locator(".strip"))).toMatch(/Fresh[\s\S]*%/);
    });
  });
}

function fleetSuite(stage: () => Stage): void {
  describe("Fleet", () => {
    it("counts every node once in the legend, and draws them", async () => {
      const { open, facts } = stage();
      const { page, errors } = await open("/fleet");
      await page.locator(".fleet-canvas canvas").first().waitFor();
      await expect.poll(() => coloursOn(page, ".fleet-canvas canvas")).toBeGreaterThan(2);
      const counts = await page.locator(".legend-item b").allInnerTexts();
      const total = counts.reduce((sum, text) => sum + Number(text.replaceAll(",", "")), 0);
      expect(total).toBe(facts.nodes.length);
      expect(errors).toEqual([]);
    });

    it("names the node under the pointer", async () => {
      const { open, facts } = stage();
      const { page } = await open("/fleet");
      const canvas = page.locator(".fleet-canvas");
      await expect.poll(() => coloursOn(page, ".fleet-canvas canvas")).toBeGreaterThan(2);
      await canvas.hover({ position: { x: 3, y: 23 } });
      const card = page.locator(".hover-card");
      const first = firstOnMap(facts.nodes);
      await expect.poll(() => textOf(card)).toContain(first.node);
      expect(await textOf(card)).toContain(first.cluster);
    });

    it("moves by arrow keys, keeps the selection in the address, and opens it with Enter", async () => {
      const { open, facts } = stage();
      const { page } = await open("/fleet");
      const first = firstOnMap(facts.nodes);
      await page.locator(".fleet-canvas").focus();
      await page.keyboard.press("ArrowRight");
      await expect
        .poll(() => new URL(page.url()).searchParams.get("sel"))
        .toBe(`${first.cluster}/${first.node}`);
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("Enter");
      const path = `/c/${encodeURIComponent(first.cluster)}/n/${encodeURIComponent(first.node)}`;
      await expect.poll(() => new URL(page.url()).pathname).toContain(path);
      await expect.poll(() => textOf(page.locator("h1"))).toBe(first.node);
    });

    it("filters by the legend; the back button takes it back, a reload keeps it", async () => {
      const { page } = await stage().open("/fleet");
      const item = page.locator(".legend-item:enabled").first();
      await item.click();
      await expect.poll(() => new URL(page.url()).searchParams.get("show")).not.toBeNull();
      await page.reload();
      await expect.poll(() => item.getAttribute("aria-pressed")).toBe("true");
      await page.goBack();
      await expect.poll(() => item.getAttribute("aria-pressed")).toBe("false");
    });

    it("has a table twin with a row for each node", async () => {
      const { open, facts } = stage();
      const { page } = await open("/fleet");
      await page.getByRole("button", { name: "Table" }).click();
      await page.waitForURL(/table=1/);
      const rows = page.locator("table.rows tbody tr");
      await expect.poll(() => rows.count()).toBe(Math.min(1000, facts.nodes.length));
    });

    it("can be coloured by the highest score in the range", async () => {
      const { page, errors } = await stage().open("/fleet?from=now-7d");
      await page.getByRole("combobox", { name: "Colour" }).selectOption("range");
      await page.waitForURL(/fill=range/);
      await expect.poll(() => coloursOn(page, ".fleet-canvas canvas")).toBeGreaterThan(2);
      expect(errors).toEqual([]);
    });
  });
}

function drillDownSuite(stage: () => Stage): void {
  describe("Node and Metric", () => {
    it("shows every metric of the node, those with anomalies first and numbered by onset", async () => {
      const { open, facts, paths } = stage();
      const { page, errors } = await open(paths.node);
      const cards = page.locator(".metric-card");
      await expect.poll(() => cards.count()).toBe(facts.metricsOfNode);
      await expect.poll(() => coloursOn(page, ".metric-card canvas")).toBeGreaterThan(2);
      const orders = await page.locator(".order").allInnerTexts();
      expect(orders).toEqual(orders.map((_, i) => String(i + 1)));
      if (facts.metric.worst !== undefined) expect(orders.length).toBeGreaterThan(0);
      expect(errors).toEqual([]);
    });

    it("says what weighs most in the range, in the API's shares and in order of onset", async () => {
      const { open, facts, paths } = stage();
      const { worst, cluster, node } = facts.metric;
      if (worst === undefined) return;
      const range = { from: worst.windowStart, to: worst.windowEnd };
      const { data } = await facts.client.rankings({ level: "metric", cluster, node, ...range });
      const unusual = data.some(({ score }) => score >= 0.5);
      const counted = data
        .filter(({ share }) => unusual && (share ?? 0) > 0)
        .sort((a, b) => (a.onset ?? "~").localeCompare(b.onset ?? "~"));
      const [path] = paths.node.split("?");
      const { page, errors } = await open(`${path}?from=${range.from}&to=${range.to}`);
      await expect.poll(() => page.locator(".metric-card").count()).toBe(facts.metricsOfNode);
      await expect
        .poll(() => page.locator(".evidence > li").allInnerTexts())
        .toEqual(
          counted.map(({ metric, share }) =>
            expect.stringContaining(`${metric} ${Math.round(100 * share!)} %`),
          ),
        );
      expect(errors).toEqual([]);
    });

    it("tells the metric's story: the API's own sentence, typical and actual, shares that add up", async () => {
      const { open, facts, paths } = stage();
      const { page, errors } = await open(paths.metric);
      await page.locator(".metric-chart canvas").waitFor();
      await expect.poll(() => coloursOn(page, ".metric-chart canvas")).toBeGreaterThan(3);
      const { worst, cluster, node, metric } = facts.metric;
      if (worst !== undefined) {
        const rows = await facts.client.anomalies
          .list({ cluster, node, metric, from: "now-7d", sort: "score", limit: 50 })
          .page();
        const { anomalies } = facts.client;
        const told = await Promise.all(rows.data.map(({ id }) => anomalies.explain(id)));
        const texts = told.map(({ text }) => text);
        await expect
          .poll(async () => texts.includes(await textOf(page.locator(".story"))))
          .toBe(true);
        expect(await textOf(page.locator(".why-facts"))).toMatch(/Typical[\s\S]*Actual/);
        const story = await textOf(page.locator(".story"));
        const peers = told.find(({ text }) => text === story)?.peers ?? null;
        const whyFacts = await textOf(page.locator(".why-facts"));
        if (peers === null) expect(whyFacts).not.toContain("Beside peers");
        else if (peers.anomalous === 0)
          expect(whyFacts).toContain(`alone among ${peers.compared} peer`);
        else expect(whyFacts).toContain(`with ${peers.anomalous} of ${peers.compared} other`);
        const shares = await page.locator(".factors .number").allInnerTexts();
        const sum = shares.reduce((total, text) => total + Number.parseInt(text, 10), 0);
        expect(sum).toBeGreaterThanOrEqual(100 - 2 * shares.length);
        expect(sum).toBeLessThanOrEqual(100);
      }
      expect(errors).toEqual([]);
    });

    it("zooms by dragging and out again with z, and gives the numbers as a table", async () => {
      const { open, paths } = stage();
      const { page } = await open(paths.metric);
      await page.locator(".metric-chart .u-over").waitFor();
      await dragAcross(page, ".metric-chart .u-over", 0.4, 0.6);
      await page.waitForURL(/from=\d{4}-/);
      const zoomed = page.url();
      await page.locator(".metric-chart .u-over").waitFor();
      await page.keyboard.press("z");
      await expect.poll(() => page.url()).not.toBe(zoomed);
      await page.goBack();
      expect(page.url()).toBe(zoomed);
      await page.goBack();
      await page.getByRole("button", { name: "Table" }).click();
      await expect.poll(() => page.locator(".table-scroll tbody tr").count()).toBeGreaterThan(10);
    });

    it("leads back up by breadcrumbs to the cluster, whose nodes it lists", async () => {
      const { open, facts, paths } = stage();
      const { page, errors } = await open(paths.metric);
      await page.locator(".crumbs a", { hasText: facts.metric.cluster }).click();
      await expect.poll(() => textOf(page.locator("h1"))).toBe(facts.metric.cluster);
      const own = facts.nodes.filter(({ cluster }) => cluster === facts.metric.cluster);
      await expect.poll(() => page.locator("table.rows tbody tr").count()).toBe(own.length);
      expect(new URL(page.url()).searchParams.get("from")).toBe("now-7d");
      expect(errors).toEqual([]);
    });
  });
}

function keyboardSuite(stage: () => Stage): void {
  describe("Keyboard", () => {
    it("goes everywhere without a mouse: g f, j, Enter, u, g n, t, ?", async () => {
      const { page, errors } = await stage().open("/");
      await page.keyboard.press("g");
      await page.keyboard.press("f");
      await page.waitForURL(/\/fleet/);
      await page.getByRole("button", { name: "Table" }).click();
      await page.locator("table.rows tbody tr").first().waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("k");
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      expect(await focused()).toBe(await textOf(page.locator("[data-row]").first()));
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/n\//);
      await page.keyboard.press("u");
      await page.waitForURL(/\/c\/[^/]+(\?|$)/);
      await page.keyboard.press("t");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("range");
      await page.keyboard.press("Escape");
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.keyboard.press("?");
      await page.locator("dialog[open]").waitFor();
      await page.keyboard.press("Escape");
      await expect.poll(() => page.locator("dialog[open]").count()).toBe(0);
      await page.keyboard.press("g");
      await page.keyboard.press("n");
      await expect.poll(() => new URL(page.url()).pathname).toBe("/");
      expect(errors).toEqual([]);
    });

    it("always shows where the focus is", async () => {
      const { page } = await stage().open("/");
      await page.locator(".strip").waitFor();
      for (let i = 0; i < 8; i++) {
        await page.keyboard.press("Tab");
        const width = await page.evaluate(() => {
          const element = document.activeElement;
          const ringed = element?.closest(".finding") ?? element;
          const own = element === null ? "0" : getComputedStyle(element).outlineWidth;
          const outer = ringed === null ? "0" : getComputedStyle(ringed).outlineWidth;
          return Math.max(Number.parseFloat(own), Number.parseFloat(outer));
        });
        expect(width).toBeGreaterThanOrEqual(2);
      }
    });
  });
}
