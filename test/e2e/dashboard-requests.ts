import { expect, it } from "vitest";
import type { Stage } from "./dashboard-stage.ts";

/** What one page may ask before it is whole, and again at each poll. Source: the quota of 20 questions a second. */
const QUESTIONS_MAX = 4;
/** A poll comes every ten seconds. */
const POLLS_MS = 21_000;

interface Asked {
  readonly path: string;
  readonly status: number;
}

/** What it costs to open a page, and to leave it open. */
export function requestsSuite(stage: () => Stage): void {
  it.each(["now", "fleet", "cluster", "node", "metric"] as const)(
    "the page %s asks at most four questions, each once, and then only whether they have changed",
    async (name) => {
      const { open, paths } = stage();
      const asked: Asked[] = [];
      const { page } = await open(paths[name], undefined, (opened) =>
        opened.on("response", (response) => {
          const { pathname } = new URL(response.url());
          if (!pathname.startsWith("/api/")) return;
          asked.push({ path: pathname, status: response.status() });
        }),
      );
      await page.waitForLoadState("networkidle");
      const first = asked.splice(0);
      expect(first.length).toBeLessThanOrEqual(QUESTIONS_MAX);
      expect(new Set(first.map(({ path }) => path)).size).toBe(first.length);
      expect(first.map(({ status }) => status)).toEqual(first.map(() => 200));

      await page.waitForTimeout(POLLS_MS);
      // The tenants of a key are asked for once; all else at two polls, of which one may fall into a later range.
      const perPoll = first.filter(({ path }) => !path.endsWith("/tenants")).length;
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.length).toBeLessThanOrEqual(2 * perPoll);
      const whole = asked.filter(({ status }) => status !== 304);
      expect(whole.length).toBeLessThanOrEqual(perPoll);
    },
  );
}
