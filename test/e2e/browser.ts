import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Locator, type Page } from "playwright-core";

/** The system's Chromium; `FORESHOCK_CHROMIUM` names another. */
export const CHROMIUM = process.env.FORESHOCK_CHROMIUM ?? "/usr/bin/chromium";

/** Quiet and off the network, whatever the machine. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Browser {
  /** A new tab: session storage of its own, the system's light theme, 1280 x 900. */
  tab(): Promise<Tab>;
  close(): Promise<void>;
}

export interface Tab {
  readonly page: Page;
  /** Console errors and uncaught exceptions so far. */
  readonly errors: readonly string[];
}

/** Whether the browser tests can run here. On CI they must. */
export function hasBrowser(): boolean {
  const found = existsSync(CHROMIUM);
  if (!found && process.env.CI) {
    throw new Error(`no browser at ${CHROMIUM}: install chromium or set FORESHOCK_CHROMIUM`);
  }
  return found;
}

/** Chromium with a fresh profile, removed on `close`. */
export async function launchBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), "foreshock-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    viewport: { width: 1280, height: 900 },
  });
  context.setDefaultTimeout(20_000);
  return {
    tab: () => newTab(context),
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function newTab(context: BrowserContext): Promise<Tab> {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  await page.emulateMedia({ colorScheme: "light" });
  return { page, errors };
}

/** How many different colours the first canvas under `selector` shows; 1 means blank. */
export function coloursOn(page: Page, selector: string): Promise<number> {
  return page.evaluate((where) => {
    const canvas = document.querySelector<HTMLCanvasElement>(where);
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen || canvas.width === 0) return 0;
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set<number>();
    for (let i = 0; i < data.length; i += 4) {
      seen.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
    }
    return seen.size;
  }, selector);
}

/** Presses the mouse at one share of an element's width and lets go at another. */
export async function dragAcross(
  page: Page,
  selector: string,
  fromShare: number,
  toShare: number,
): Promise<void> {
  const target = page.locator(selector).first();
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (box === null) throw new Error(`nothing to drag on at ${selector}`);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * fromShare, y);
  await page.mouse.down();
  await page.mouse.move(box.x + (box.width * (fromShare + toShare)) / 2, y);
  await page.mouse.move(box.x + box.width * toShare, y);
  await page.mouse.up();
}

/** The text of an element as a reader sees it: without what is hidden, lines where there are lines. */
export function textOf(target: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: hidden text is not part of the answer
  return target.innerText();
}

/** Where pictures of the pages go, for people to look at; none are taken without it. */
const PICTURES = process.env.FORESHOCK_PICTURES;

/** Takes pictures of a page where they are wanted: light and dark, and narrow. */
export async function look(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  for (const [width, scheme] of [
    [1440, "light"],
    [1440, "dark"],
    [390, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.waitForLoadState("networkidle");
    await page.screenshot({
      path: join(PICTURES, `${name}-${width}-${scheme}.png`),
      fullPage: true,
    });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}
