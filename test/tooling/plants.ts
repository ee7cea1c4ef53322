import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A mistake in a thread, as it could be made in the product: where, of what kind, in whose work. */
export interface Plant {
  readonly where: "fold" | "start" | "read" | "points" | "detect";
  readonly how: "loop" | "heap" | "exit" | "throw";
  readonly tenantId: string;
}

const FILE = "plant.json";

/** From now on the thread of this data folder makes the mistake; none where it is left out. */
export function plant(dataDir: string, mistake?: Plant): void {
  if (mistake === undefined) rmSync(join(dataDir, FILE), { force: true });
  else writeFileSync(join(dataDir, FILE), JSON.stringify(mistake));
}

/** Makes the mistake that is planted for this place and tenant, if there is one. Called in the thread. */
export function stumble(dataDir: string, where: Plant["where"], tenantId: string): void {
  const file = join(dataDir, FILE);
  if (!existsSync(file)) return;
  const planted = JSON.parse(readFileSync(file, "utf8")) as Plant;
  if (planted.where !== where || planted.tenantId !== tenantId) return;
  const kept: object[] = [];
  switch (planted.how) {
    case "loop":
      for (;;);
    case "heap":
      for (;;) kept.push({ at: kept.length, text: `${kept.length}` });
    case "exit":
      process.exit(3);
      break;
    case "throw":
      setImmediate(() => {
        throw new Error("planted");
      });
  }
}
