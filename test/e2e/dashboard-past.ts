import type { FindingRow } from "@foreshock/client";
import { HOUR_MS } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { look, textOf } from "./browser.ts";
import type { Stage } from "./dashboard-stage.ts";

/** A page opened from a finding shows that time, not now. */
export function pastSuite(stage: () => Stage): void {
  describe("Past ranges", () => {
    it("dates a row as its sentence does, open or over", async () => {
      const { page, errors } = await stage().open("/");
      await page.locator(".strip").waitFor();
      const rows = await page.locator(".finding-rows tbody tr").allInnerTexts();
      const cards = await page.locator("li.finding").allInnerTexts();
      await look(page, "now");
      let dated = 0;
      for (const text of [...rows, ...cards]) {
        const told = / (?:at|since) (\d\d:\d\d)/.exec(text)?.[1];
        if (told === undefined) continue;
        const rest = text.replaceAll(/ (?:at|since) \d\d:\d\d/g, "");
        expect(rest).toContain(told);
        dated++;
      }
      expect(dated).toBeGreaterThan(0);
      expect(errors).toEqual([]);
    });

    it("shows of a node how bad it was then, and the finding that it was opened for", async () => {
      const { open } = stage();
      const finding = closedNodeFinding(stage());
      const { page, errors } = await open("/");
      await page.getByRole("link", { name: `${finding.cluster} / ${finding.node}` }).click();
      await page.waitForURL(/\/n\/.*to=\d{4}-/);
      const { searchParams } = new URL(page.url());
      expect(searchParams.get("finding")).toBe(finding.id);
      const [from, to] = [searchParams.get("from")!, searchParams.get("to")!];
      const { facts } = stage();
      const scores = await facts.client.scores({
        ...{ level: "node", step: "5m", from, to },
        ...{ cluster: finding.cluster, node: finding.node! },
      });
      const highest = Math.floor(100 * Math.max(...scores.score.map((score) => score ?? 0)));
      expect(highest).toBeGreaterThanOrEqual(50);
      const head = page.locator(".page-head");
      await expect.poll(() => textOf(head)).toContain("highest in this range");
      expect(await textOf(head.locator(".mark"))).toContain(String(highest));
      expect(await textOf(head)).toMatch(/[1-9]\d* of \d+ metrics anomalous in this range/);
      expect(await textOf(page.locator("li.finding .sentence").first())).toBe(finding.text);
      expect(errors).toEqual([]);
    });

    it("numbers only what overlaps the finding, and shades from the onset that is told", async () => {
      const { open, facts } = stage();
      const finding = closedNodeFinding(stage());
      const startMs = Date.parse(finding.onset ?? finding.openedAt);
      const endMs = Date.parse(finding.closedAt!);
      const place = { cluster: finding.cluster, node: finding.node! };
      const from = new Date(startMs - 24 * HOUR_MS).toISOString();
      const to = new Date(endMs + 24 * HOUR_MS).toISOString();
      const { data } = await facts.client.anomalies
        .list({ ...place, from, to, limit: 500, sort: "score" })
        .page();
      const onsets = finding.contributions.map(({ onset }) => Date.parse(onset ?? ""));
      const firstMs = Math.min(startMs, ...onsets.filter((ms) => !Number.isNaN(ms)));
      const inIt = data.filter(
        ({ explanation, windowStart, windowEnd }) =>
          Date.parse(explanation.onset ?? windowStart) <= endMs && Date.parse(windowEnd) >= firstMs,
      );
      const parts = finding.contributions.filter(({ node }) => node === place.node);
      const numbered = new Set([...inIt, ...parts].map(({ metric }) => metric));
      const path = `/t/${facts.tenant}/c/${place.cluster}/n/${place.node}`;
      const range = `from=${from.slice(0, 19)}Z&to=${to.slice(0, 19)}Z`;
      const { page } = await open(`${path}?${range}&finding=${finding.id}`);
      const cards = page.locator(".metric-card:has(.order)");
      await expect.poll(() => cards.count()).toBe(numbered.size);
      for (const name of await cards.locator("h3").allInnerTexts())
        expect(numbered).toContain(name);
      const first = cards.first();
      const metric = await textOf(first.locator("h3"));
      const told = inIt
        .filter((one) => one.metric === metric)
        .sort((a, b) => b.score - a.score)[0]!;
      const onset = new Date(told.explanation.onset ?? told.windowStart).toISOString();
      await look(page, "node-of-a-finding");
      await first.scrollIntoViewIfNeeded();
      await expect.poll(() => first.locator("canvas").getAttribute("data-shaded")).toContain(onset);
      expect(await textOf(first.locator(".metric-line"))).toContain(onset.slice(11, 16));
    });

    it("sorts a cluster's nodes by the worst of the shown range", async () => {
      const { open, facts } = stage();
      const finding = closedNodeFinding(stage());
      const onsetMs = Date.parse(finding.onset ?? finding.openedAt);
      const from = `${new Date(onsetMs - HOUR_MS).toISOString().slice(0, 19)}Z`;
      const to = `${new Date(onsetMs + 2 * HOUR_MS).toISOString().slice(0, 19)}Z`;
      const path = `/t/${facts.tenant}/c/${finding.cluster}?from=${from}&to=${to}`;
      const { page, errors } = await open(path);
      const first = page.locator("table.rows tbody tr").first();
      await expect.poll(() => textOf(first)).toContain(finding.node!);
      await expect
        .poll(() => textOf(page.locator("table.rows thead").last()))
        .toMatch(/Highest[\s\S]*Highest at/i);
      await look(page, "cluster-past");
      expect(errors).toEqual([]);
    });
  });
}

function closedNodeFinding({ facts }: Stage): FindingRow {
  const found = facts.closedFindings.find(({ node }) => node !== null);
  if (found === undefined) throw new Error("no node finding that is over to look at");
  return found;
}
