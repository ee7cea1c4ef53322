import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BAD,
  COUNT,
  FLEET,
  GOOD,
  NOW,
  START,
  startPlantedServer,
} from "../tooling/planted-server.ts";
import { type Plant, plant } from "../tooling/plants.ts";
import { seriesOf } from "../tooling/small-fleet.ts";
import type { TestServer } from "../tooling/test-server.ts";

const MISTAKES: readonly Omit<Plant, "tenantId">[] = [
  { where: "start", how: "loop" },
  { where: "start", how: "exit" },
  { where: "start", how: "objects" },
  { where: "start", how: "buffers" },
  { where: "detect", how: "loop" },
  { where: "detect", how: "exit" },
  { where: "detect", how: "objects" },
  { where: "detect", how: "throw" },
];

describe("a start with a mistake in one tenant's work", () => {
  let folder: string;
  let server: TestServer | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "foreshock-start-"));
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(MISTAKES)(
    "($where, $how) comes to its end without that tenant's detection, and the other is as it was",
    async (mistake) => {
      const first = await startPlantedServer(join(folder, "first"));
      for (const tenant of [BAD, GOOD]) {
        const sent = await first.post(tenant, "/ingest", { series: seriesOf(FLEET, 0, COUNT) });
        expect(sent.status).toBe(200);
      }
      await first.running.platform.settled();
      const before = await resultsOf(first, GOOD);
      // What a kill leaves: nothing is saved, everything has to be scored again.
      const killed = join(folder, "killed");
      cpSync(join(folder, "first"), killed, { recursive: true });
      await first.close();

      plant(killed, { ...mistake, tenantId: BAD });
      server = await startPlantedServer(killed);
      // Both owners may be in that tenant's work, and end once more before they are told.
      expect(server.running.control.quarantine.of(BAD)!.strikes).toBeGreaterThanOrEqual(2);
      expect((await server.get(BAD, "/summary")).quarantine).toMatch(/./);
      // It is served as soon as it is known; its last steps are folded right after that.
      await expect
        .poll(() => resultsOf(server!, GOOD), { timeout: 30_000, interval: 500 })
        .toEqual(before);
      // This process may be larger than a server that has so much to take in.
      expect(await (await fetch(`${server.url}/readyz`)).text()).toMatch(/^ready\n/);
    },
  );
});

async function resultsOf(server: TestServer, tenant: string): Promise<unknown> {
  const range = `from=${START}&to=${NOW}`;
  return Promise.all(
    ["/nodes", `/scores?${range}`, `/findings?${range}`, `/anomalies?${range}`].map((path) =>
      server.get(tenant, path),
    ),
  );
}
