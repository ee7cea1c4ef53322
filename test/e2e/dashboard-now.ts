import { describe, expect, it } from "vitest";
import { coloursOn, dragAcross, textOf } from "./browser.ts";
import type { Stage } from "./dashboard-stage.ts";

const SEVERITY_WORD = /critical|major|moderate|low|normal/;

/** The first page: what needs attention now. */
export function nowSuite(stage: () => Stage): void {
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

    it("shows promised against realised alarms in the API's own numbers, when asked", async () => {
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
