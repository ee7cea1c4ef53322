import { Foreshock } from "@foreshock/client";
import { describe, expect, it } from "vitest";
import { look, textOf } from "./browser.ts";
import type { Stage } from "./dashboard-stage.ts";

/** Which tenant? Above Now, for keys that see several. */
export function tenantsSuite(stage: () => Stage): void {
  describe("Tenants", () => {
    it("is the first page of a key that sees several: worst first, in the API's own numbers", async () => {
      const { open, server } = stage();
      const client = new Foreshock({ url: server.url, key: server.operatorKey });
      const rows = await client.tenants();
      expect(rows.length).toBeGreaterThan(1);
      const { page, errors } = await open("/", server.operatorKey);
      const lines = page.locator(".tenant-rows tbody tr");
      await expect.poll(() => lines.count()).toBe(rows.length);
      const texts = await lines.allInnerTexts();
      rows.forEach(({ tenant, openFindings, nodes, anomalousNodes, worst }, i) => {
        expect(texts[i]).toContain(tenant);
        expect(texts[i]).toContain(`${anomalousNodes} of ${nodes}`);
        expect(texts[i]).toMatch(new RegExp(`\\b${openFindings}\\b`));
        if (worst !== null) expect(texts[i]).toContain(worst.why);
      });
      const scores = rows.map(({ worst, score }) => worst?.score ?? score ?? 0);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      const found = rows.filter(({ openFindings }) => (openFindings ?? 0) > 0).length;
      await look(page, "tenants");
      expect(await textOf(page.locator("h1"))).toContain(
        found === 0 ? "No findings" : `${found} t`,
      );
      expect(errors).toEqual([]);
    });

    it("says of a tenant's worst place what its list of findings says", async () => {
      const { server } = stage();
      const { url, operatorKey: key } = server;
      let compared = 0;
      for (const { tenant, worst } of await new Foreshock({ url, key }).tenants()) {
        if (worst?.findingId == null) continue;
        const finding = await new Foreshock({ url, key, tenant }).findings.get(worst.findingId);
        const { cluster, node, score, severity, onset: since, text: why } = finding;
        expect(worst).toMatchObject({ cluster, node, score, severity, since, why });
        compared++;
      }
      expect(compared).toBeGreaterThan(0);
    });

    it("leads to a tenant's Now and back up with u; the tab names page and open findings", async () => {
      const { open, server } = stage();
      const { page, errors } = await open("/", server.operatorKey);
      await expect.poll(() => page.title()).toMatch(/^(\(\d+\) )?Tenants - Foreshock$/);
      const link = page.locator(".tenant-rows tbody tr a").first();
      const tenant = await textOf(link);
      const { openFindings } = await new Foreshock({
        ...{ url: server.url, key: server.operatorKey, tenant },
      }).summary();
      await link.click();
      await expect.poll(() => new URL(page.url()).searchParams.get("tenant")).toBe(tenant);
      await page.locator(".strip").waitFor();
      const count = openFindings === 0 ? "" : `(${openFindings}) `;
      await expect.poll(() => page.title()).toBe(`${count}Now, ${tenant} - Foreshock`);
      await page.keyboard.press("u");
      await expect.poll(() => new URL(page.url()).pathname).toBe("/tenants");
      await page.locator(".tenant-rows").waitFor();
      expect(errors).toEqual([]);
    });

    it("shows a key of one tenant that one, and never asks for others", async () => {
      const { open, facts } = stage();
      const { page } = await open("/");
      expect(await page.getByRole("link", { name: "Tenants", exact: true }).count()).toBe(0);
      await page.keyboard.press("u");
      expect(new URL(page.url()).pathname).toBe("/");
      await page.goto(page.url().replace(/\/$/, "/tenants"));
      const lines = page.locator(".tenant-rows tbody tr");
      await expect.poll(() => lines.count()).toBe(1);
      expect(await textOf(lines.first())).toContain(facts.tenant);
    });

    it("fits 390 pixels", async () => {
      const { open, server } = stage();
      const { page } = await open("/tenants", server.operatorKey);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.locator(".tenant-rows").waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(390);
    });
  });
}
