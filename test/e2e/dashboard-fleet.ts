import { describe, expect, it } from "vitest";
import { coloursOn, textOf } from "./browser.ts";
import { firstOnMap } from "./dashboard-facts.ts";
import type { Stage } from "./dashboard-stage.ts";

/** The map of all nodes, and its twin, the table. */
export function fleetSuite(stage: () => Stage): void {
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
