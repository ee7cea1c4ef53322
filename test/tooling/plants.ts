import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A mistake in a thread, as it could be made in the product: where, of what kind, in whose work. */
export interface Plant {
  readonly where: "fold" | "start" | "read" | "points" | "detect";
  /** "late-throw": once, outside of the work; the others each time. */
  readonly how: "loop" | "objects" | "buffers" | "exit" | "throw" | "late-throw";
  readonly tenantId: string;
}

const FILE = "plant.json";
const BUFFER_BYTES = 8 << 20;
const BUFFER_EVERY_MS = 20;

/** From now on the thread of this data folder makes the mistake; none where it is left out. */
export function plant(dataDir: string, mistake?: Plant): void {
  if (mistake === undefined) rmSync(join(dataDir, FILE), { force: true });
  else writeFileSync(join(dataDir, FILE), JSON.stringify(mistake));
}

/** Whether it is still to be made. */
export function isPlanted(dataDir: string): boolean {
  return existsSync(join(dataDir, FILE));
}

/** Makes the mistake that is planted for this place and tenant, if there is one. Called in the thread. */
export function stumble(dataDir: string, where: Plant["where"], tenantId: string): void {
  const file = join(dataDir, FILE);
  if (!existsSync(file)) return;
  const planted = JSON.parse(readFileSync(file, "utf8")) as Plant;
  if (planted.where !== where || planted.tenantId !== tenantId) return;
  switch (planted.how) {
    case "loop":
      for (;;);
    case "objects":
      keepObjects();
      break;
    case "buffers":
      keepBuffers();
      break;
    case "exit":
      process.exit(3);
      break;
    case "throw":
      throw new Error("planted");
    case "late-throw":
      plant(dataDir);
      setImmediate(() => {
        throw new Error("planted");
      });
  }
}

/** Fills the heap. */
function keepObjects(): void {
  const kept: object[] = [];
  for (;;) kept.push({ at: kept.length, text: `${kept.length}` });
}

/** Fills memory outside of the heap, about as fast as points could. */
function keepBuffers(): void {
  const kept: Uint8Array[] = [];
  for (;;) {
    kept.push(new Uint8Array(BUFFER_BYTES).fill(1));
    for (const end = performance.now() + BUFFER_EVERY_MS; performance.now() < end; );
  }
}
