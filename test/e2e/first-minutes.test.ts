import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";
import { type Browser, coloursOn, hasBrowser, launchBrowser, look, textOf } from "./browser.ts";

const NODES = 10_000;
/** A body of the JSON route holds so many series here. */
const SERIES_AT_ONCE = 2500;

let browser: Browser;
let server: TestServer;
/** How far the server's clock is ahead. */
let aheadMs = 0;

async function open(tenant: string, path: string) {
  const { page } = await browser.tab();
  const mark = path.includes("?") ? "&" : "?";
  await page.goto(`${server.url}${path}${mark}key=${server.keys(tenant).read}`);
  await page.locator("main h1, main .state").first().waitFor();
  return page;
}

/** Points of a calm minute, `count` of them, the last one at `endMs`. */
function points(count: number, endMs: number, stepMs = MINUTE_MS): [number, number][] {
  const lastMs = Math.floor(endMs / stepMs) * stepMs;
  return Array.from({ length: count }, (_, i) => {
    const atMs = lastMs - (count - 1 - i) * stepMs;
    return [atMs, 40 + 5 * Math.sin(atMs / 4e6) + ((i * 7919) % 13) / 13];
  });
}

async function send(tenant: string, nodes: readonly string[], of: [number, number][]) {
  for (let first = 0; first < nodes.length; first += SERIES_AT_ONCE) {
    const some = nodes.slice(first, first + SERIES_AT_ONCE);
    const series = some.map((node) => ({ cluster: "eu", node, metric: "cpu", points: of }));
    const { status, body } = await server.post(tenant, "/ingest", { series });
    expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
  }
}

describe.runIf(hasBrowser())("the first minutes, on the real server", () => {
  beforeAll(async () => {
    const tenants = ["few", "history", "many", "quiet"];
    server = await startTestServer({ tenants, hostHere: true, now: () => Date.now() + aheadMs });
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it("says that points have come as soon as they have, before any is judged", async () => {
    await send("few", ["a", "b", "c"], points(5, Date.now()));
    const page = await open("few", "/");
    await expect.poll(() => textOf(page.locator("h1"))).toContain("Data are coming in.");
    expect(await textOf(page.locator("h1"))).toContain("15 points of 3 series in 1 cluster");
    expect(await textOf(page.locator("main"))).not.toMatch(/No data yet|nodes? normal/);
    await look(page, "first-points");
    await page.close();
  });

  it("says up to where history is judged while it loads, and nothing of now", async () => {
    const nodes = ["a", "b", "c", "d"];
    const stepMs = 5 * MINUTE_MS;
    await send("history", nodes, points(2016, Date.now() - 9 * DAY_MS, stepMs));
    await server.until(async () => (await server.get("history", "/summary")).watermark !== null);
    await send("history", nodes, points(12, Date.now() - 8 * DAY_MS, stepMs));
    const { isLoading } = await server.get("history", "/summary");
    expect(isLoading).toBe(true);
    const page = await open("history", "/");
    const head = page.locator("h1");
    await expect.poll(() => textOf(head)).toMatch(/^History is loading\. Judged up to \d+ \w+ /);
    const main = await textOf(page.locator("main"));
    expect(main).not.toMatch(/\d nodes? normal|every node is normal|No findings open/i);
    const strip = await textOf(page.locator(".strip"));
    expect(strip).toMatch(/History judged\s+\d+.%/);
    expect(strip).not.toMatch(/History judged\s+100.%/);
    await look(page, "history-loading");
    await page.goto(`${server.url}/fleet`);
    await expect.poll(() => textOf(page.locator(".notice"))).toContain("History is loading.");
    await page.close();
  });

  it("draws 10,000 learning nodes, and does not call them normal", async () => {
    const nodes = Array.from({ length: NODES }, (_, i) => `n${i}`);
    await send("many", nodes, points(24, Date.now()));
    await server.running.platform.settled();
    const page = await open("many", "/fleet");
    const legend = page.locator(".legend-item", { hasText: "learning" });
    await expect.poll(() => textOf(legend)).toMatch(/learning\s+10,000/);
    await expect.poll(() => coloursOn(page, ".fleet-canvas canvas")).toBeGreaterThan(2);
    expect(await coveredShare(page)).toBeGreaterThan(0.5);
    const ranked = page.locator("section[aria-labelledby=ranked-title]");
    expect(await textOf(ranked)).toContain("10,000 nodes learning");
    expect(await textOf(page.locator("main"))).not.toMatch(/every node is normal/i);
    await look(page, "learning-10000");
    await page.close();
  });

  it("says that the pipeline has stopped where no node sends, and lists no node for it", async () => {
    await send("quiet", ["a", "b", "c"], points(400, Date.now()));
    await server.running.platform.settled();
    aheadMs = 30 * MINUTE_MS;
    const page = await open("quiet", "/");
    const head = page.locator("h1");
    await expect.poll(() => textOf(head)).toMatch(/No points from any node since .* pipeline/);
    expect(await textOf(page.locator("main"))).not.toMatch(/nodes? normal/);
    await look(page, "pipeline-stopped");
    await page.goto(`${server.url}/fleet`);
    await expect.poll(() => textOf(page.locator(".notice"))).toMatch(/pipeline has stopped/);
    await page.goto(`${server.url}/tenants`);
    await expect.poll(() => textOf(page.locator(".tenant-rows"))).toMatch(/pipeline stopped/);
    await page.close();
    aheadMs = 0;
  });
});

/** Of the map's squares: how much of the canvas is not left as it was. */
function coveredShare(page: Awaited<ReturnType<typeof open>>): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".fleet-canvas canvas")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let covered = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) covered++;
    return covered / (data.length / 4);
  });
}
