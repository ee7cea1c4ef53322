import type { Overview } from "@foreshock/client";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { textOf } from "./browser.ts";
import type { Stage } from "./dashboard-stage.ts";

const API = "**/api/v1/**";

/** What a page shows when things are not as they should be. The last test stops the server. */
export function statesSuite(stage: () => Stage): void {
  describe("States", () => {
    it("asks for a key where there is none, and says why one was refused", async () => {
      const { open, server } = stage();
      const { page } = await open("/");
      await page.evaluate(() => sessionStorage.clear());
      await page.goto(`${server.url}/fleet`);
      await page.getByLabel("API key").fill("fsk_ro_wrong");
      await page.getByRole("button", { name: "Open the dashboard" }).click();
      await expect.poll(() => textOf(page.getByRole("alert"))).toMatch(/key/i);
      await page.getByLabel("API key").fill(server.key);
      await page.getByRole("button", { name: "Open the dashboard" }).click();
      await page.locator(".legend").waitFor();
      expect(new URL(page.url()).pathname).toBe("/fleet");
    });

    it("keeps query keys that it does not know, and shows a wrong path as such", async () => {
      const { page } = await stage().open("/?embed=1&from=nonsense");
      expect(new URL(page.url()).searchParams.get("embed")).toBe("1");
      await page.getByRole("link", { name: "Fleet", exact: true }).click();
      await page.waitForURL(/\/fleet\?embed=1$/);
      const { page: lost } = await stage().open("/no/such/page");
      expect(await textOf(lost.locator("main"))).toMatch(/no such page/i);
    });

    it("says that a node or a metric does not exist", async () => {
      const { open, facts } = stage();
      const base = `/t/${encodeURIComponent(facts.tenant)}/c/${encodeURIComponent(facts.metric.cluster)}`;
      const { page } = await open(`${base}/n/no-such-node`);
      await expect.poll(() => textOf(page.locator("main"))).toMatch(/No node "no-such-node"/);
      const node = encodeURIComponent(facts.metric.node);
      const { page: second } = await open(`${base}/n/${node}/m/no-such-metric`);
      await expect.poll(() => textOf(second.locator("main"))).toMatch(/No metric "no-such-/);
    });

    it("says learning where every series is young", async () => {
      const { page } = await stage().open("/");
      await changeOverview(page, ({ health }) => ({
        health: { ...health, learning: health.series },
        findings: [],
      }));
      await page.reload();
      await expect.poll(() => textOf(page.locator("h1"))).toContain("Still learning.");
      expect(await textOf(page.locator(".state-learning"))).toMatch(/three days/);
    });

    it("shows the way in where a tenant has no data", async () => {
      const { page } = await stage().open("/");
      await changeOverview(page, ({ summary }) => ({
        summary: { ...summary, watermark: null, series: 0 },
      }));
      await page.reload();
      await expect.poll(() => textOf(page.locator("main"))).toMatch(/No data yet/);
      expect(await textOf(page.locator("main"))).toContain("remote_write");
    });

    it("says that all is well, and how much was looked at", async () => {
      const { page } = await stage().open("/");
      await changeOverview(page, () => ({ findings: [] }));
      await page.reload();
      const good = page.locator(".state-good, .state-learning");
      await expect.poll(() => textOf(good)).toMatch(/series checked, last at \d\d:\d\d:\d\d|new/);
    });

    it("shows a panel's refusal with hint and request id, and keeps the others", async () => {
      const { page } = await stage().open(stage().paths.cluster);
      await page.route("**/api/v1/scores?**", (route) =>
        route.fulfill({
          status: 422,
          contentType: "application/problem+json",
          body: JSON.stringify({
            title: "The range is too long",
            code: "invalid_range",
            status: 422,
            hint: "ask for at most 400 days",
            requestId: "req_e2e",
          }),
        }),
      );
      await page.reload();
      const failed = page.locator(".state-error");
      await expect.poll(() => textOf(failed)).toContain("The range is too long");
      expect(await textOf(failed)).toContain("ask for at most 400 days");
      expect(await textOf(failed)).toContain("req_e2e");
      await page.locator("table.rows tbody tr").first().waitFor();
      await page.unroute("**/api/v1/scores?**");
      await failed.getByRole("button", { name: "Try again" }).click();
      await page.locator(".lane-canvas canvas").waitFor();
    });

    it("offers to try again where nothing answers, and goes on when it does", async () => {
      const { page } = await stage().open("/");
      await page.route(API, (route) => route.abort());
      await page.reload();
      await expect.poll(() => textOf(page.getByRole("alert"))).toContain("cannot be reached");
      await page.unroute(API);
      await page.getByRole("button", { name: "Try again" }).click();
      await page.locator("h1 b").waitFor();
    });

    it("keeps what it has, and says of when it is, after the server has stopped", async () => {
      const { open, server } = stage();
      const { page } = await open("/");
      await page.locator(".strip").waitFor();
      await server.stop();
      const stale = page.locator(".stale").first();
      await stale.waitFor({ timeout: 40_000 });
      expect(await textOf(stale)).toMatch(/cannot be reached. Shown as of \d\d:\d\d:\d\d UTC/);
      expect(await textOf(page.locator(".strip"))).toMatch(/Fresh/);
    });
  });
}

/** Changes the server's own reply on its way: for states that a healthy server is not in. */
async function changeOverview(
  page: Page,
  change: (reply: Overview) => Partial<Overview>,
): Promise<void> {
  await page.route("**/api/v1/overview?**", async (route) => {
    const response = await route.fetch();
    const reply = (await response.json()) as Overview;
    await route.fulfill({ response, json: { ...reply, ...change(reply) } });
  });
}
