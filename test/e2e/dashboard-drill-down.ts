import { describe, expect, it } from "vitest";
import { coloursOn, dragAcross, look, textOf } from "./browser.ts";
import type { Stage } from "./dashboard-stage.ts";

/** From a node to its metrics, and back up. */
export function drillDownSuite(stage: () => Stage): void {
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
        await look(page, "metric");
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
