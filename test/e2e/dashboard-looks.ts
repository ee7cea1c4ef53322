import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { coloursOn } from "./browser.ts";
import type { Stage } from "./dashboard-stage.ts";

/** The severity scale: none, low, moderate, major, critical. Measured for contrast and colour blindness. */
const PALETTE = {
  light: ["#edf0f4", "#b9d0ea", "#e0b13a", "#cf5a1f", "#7d0f3c"],
  dark: ["#1d252e", "#2f4a68", "#8f6a12", "#e8833a", "#ffd3da"],
} as const;
const PAGE_UNDER_MAPS = { light: "#ffffff", dark: "#0f141a" } as const;

/** Budget of the first page's script, compressed. The product's own promise. */
const SCRIPT_BYTES_MAX = 110 * 1024;

/** Light, dark, narrow; on every page. */
export function looksSuite(stage: () => Stage): void {
  describe("Looks", () => {
    it("needs at most 110 KB of compressed script before the first page is shown", async () => {
      const { url } = stage().server;
      const html = await (await fetch(url)).text();
      const scripts = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map((match) => match[1]!);
      expect(scripts.length).toBeGreaterThan(0);
      let bytes = 0;
      for (const script of scripts) {
        const body = await (await fetch(new URL(script, url))).arrayBuffer();
        bytes += gzipSync(new Uint8Array(body)).byteLength;
      }
      expect(bytes).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
      expect(bytes).toBeGreaterThan(20_000);
    });

    it.each(["light", "dark"] as const)(
      "has exactly the severity colours in %s",
      async (scheme) => {
        const { page } = await stage().open("/");
        await page.emulateMedia({ colorScheme: scheme });
        const names = ["none", "low", "moderate", "major", "critical"].map((word) => `sev-${word}`);
        expect(await coloursOf(page, [...names, "panel"])).toEqual([
          ...PALETTE[scheme],
          PAGE_UNDER_MAPS[scheme],
        ]);
      },
    );

    it("follows the system's theme until one is chosen, and remembers the choice", async () => {
      const { page } = await stage().open("/");
      const panel = async () => (await coloursOf(page, ["panel"]))[0];
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await panel()).toBe(PAGE_UNDER_MAPS.dark);
      await page.getByRole("button", { name: /^Theme/ }).click();
      expect(await panel()).toBe(PAGE_UNDER_MAPS.light);
      await page.reload();
      await page.locator(".header").waitFor();
      expect(await panel()).toBe(PAGE_UNDER_MAPS.light);
      await page.getByRole("button", { name: /^Theme/ }).click();
      expect(await panel()).toBe(PAGE_UNDER_MAPS.dark);
      await page.getByRole("button", { name: /^Theme/ }).click();
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("system");
    });

    it("redraws its canvases when the theme changes", async () => {
      const { page } = await stage().open("/fleet");
      await expect.poll(() => coloursOn(page, ".fleet-canvas canvas")).toBeGreaterThan(2);
      const light = await pictureOf(page);
      await page.emulateMedia({ colorScheme: "dark" });
      await expect.poll(() => pictureOf(page)).not.toBe(light);
    });

    it.each(["now", "fleet", "cluster", "node", "metric"] as const)(
      "fits 390 pixels without scrolling sideways, dark and light, on the page %s",
      async (name) => {
        const { open, paths } = stage();
        const { page, errors } = await open(paths[name]);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width: 390, height: 844 });
          await page.waitForLoadState("networkidle");
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(wide).toBeLessThanOrEqual(390);
        }
        expect(errors).toEqual([]);
      },
    );
  });
}

function pictureOf(page: Page): Promise<string> {
  return page.evaluate(
    () => document.querySelector<HTMLCanvasElement>(".fleet-canvas canvas")?.toDataURL() ?? "",
  );
}

/** Computed colours of custom properties as #rrggbb. */
function coloursOf(page: Page, names: readonly string[]): Promise<string[]> {
  return page.evaluate((wanted) => {
    const probe = document.createElement("i");
    document.body.append(probe);
    const colours = wanted.map((name) => {
      probe.style.color = `var(--${name})`;
      const parts = getComputedStyle(probe).color.match(/\d+/g) ?? [];
      return `#${parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
    });
    probe.remove();
    return colours;
  }, names);
}
