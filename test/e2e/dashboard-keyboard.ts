import { describe, expect, it } from "vitest";
import { textOf } from "./browser.ts";
import type { Stage } from "./dashboard-stage.ts";

/** Everything without a mouse. */
export function keyboardSuite(stage: () => Stage): void {
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
