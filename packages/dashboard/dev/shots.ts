import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";

/**
 * Pictures of the pages, for looking at them:
 * `node packages/dashboard/dev/shots.ts URL KEY FOLDER [path ...]`; light, dark and narrow of each.
 */
const [url = "", key = "", folder = "", ...paths] = process.argv.slice(2);
const CHROMIUM = process.env.FORESHOCK_CHROMIUM ?? "/usr/bin/chromium";
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

const LOOKS = [
  { name: "light", width: 1440, height: 900, scheme: "light" },
  { name: "dark", width: 1440, height: 900, scheme: "dark" },
  { name: "narrow", width: 390, height: 844, scheme: "light" },
] as const;

const profile = await mkdtemp(join(tmpdir(), "foreshock-shots-"));
await mkdir(folder, { recursive: true });
const context = await chromium.launchPersistentContext(profile, {
  executablePath: CHROMIUM,
  args: FLAGS,
});
try {
  const page = context.pages()[0] ?? (await context.newPage());
  page.on("console", (message) => {
    if (message.type() === "error") console.error(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => console.error(`page: ${error.message}`));
  await page.goto(`${url}/?key=${key}`);
  for (const path of paths.length === 0 ? ["/"] : paths) await shoot(page, path);
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}

async function shoot(page: Page, path: string): Promise<void> {
  for (const { name, width, height, scheme } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(url + path);
    await page.waitForLoadState("networkidle");
    await page.waitForTimeout(300);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) console.error(`${path} ${name}: ${wide} px wide in ${width}`);
    const file = `${path.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "now"}-${name}.png`;
    await page.screenshot({ path: join(folder, file), fullPage: true });
    console.log(file);
  }
}
