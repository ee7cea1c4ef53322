import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  BAD,
  COUNT,
  FLEET,
  GOOD,
  NOW,
  START,
  STEP_MS,
  startPlantedServer,
} from "../tooling/planted-server.ts";
import { isPlanted, type Plant, plant } from "../tooling/plants.ts";
import { seriesOf } from "../tooling/small-fleet.ts";
import type { TestServer } from "../tooling/test-server.ts";

const RANGE = `from=${START}&to=${NOW}`;

const MISTAKES: readonly Omit<Plant, "tenantId">[] = [
  { where: "fold", how: "loop" },
  { where: "fold", how: "exit" },
  { where: "fold", how: "objects" },
  { where: "fold", how: "buffers" },
  { where: "detect", how: "loop" },
  { where: "detect", how: "exit" },
  { where: "detect", how: "objects" },
  { where: "detect", how: "buffers" },
  { where: "detect", how: "throw" },
];

describe("a mistake in one tenant's work", () => {
  let server: TestServer | undefined;
  let dataDir = "";
  let calm: unknown;

  beforeAll(async () => {
    server = await startPlantedServer(mkdtempSync(join(tmpdir(), "foreshock-contained-")));
    await send(GOOD, 0, COUNT / 2);
    await server.running.platform.settled();
    await send(GOOD, COUNT / 2, COUNT);
    await server.running.platform.settled();
    calm = await resultsOf(GOOD);
    await server.close();
    server = undefined;
  });

  afterEach(async () => {
    plant(dataDir);
    await server?.close();
    server = undefined;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(MISTAKES)(
    "($where, $how) costs that tenant its detection the second time, and the other nothing",
    async (mistake) => {
      dataDir = mkdtempSync(join(tmpdir(), "foreshock-contained-"));
      server = await startPlantedServer(dataDir);
      await send(GOOD, 0, COUNT / 2);
      await send(BAD, 0, COUNT / 2);
      plant(dataDir, { ...mistake, tenantId: BAD });
      // Its points are stored whatever becomes of them; while its thread is away the sender tries again.
      await server.until(async () => (await send(BAD, COUNT / 2, COUNT)) === 200);
      await server.until(async () => (await summaryOf(BAD))?.quarantine != null);
      const { strikes, reason } = server.running.control.quarantine.of(BAD)!;
      // Both owners may be in that tenant's work, and end once more before they are told.
      expect(strikes).toBeGreaterThanOrEqual(2);
      expect(reason).toContain(mistake.where === "fold" ? "fold" : "folding");
      expect((await summaryOf(BAD)).quarantine).toMatch(/./);

      await server.until(async () => (await send(GOOD, COUNT / 2, COUNT)) === 200);
      expect(await send(BAD, COUNT - 1, COUNT)).toBe(200);
      await server.running.platform.settled();
      expect(await resultsOf(GOOD)).toEqual(calm);

      plant(dataDir);
      server.running.control.quarantine.release(BAD);
      await server.until(async () => {
        const { quarantine, watermark } = (await summaryOf(BAD)) ?? {};
        return quarantine === null && Date.parse(watermark) >= NOW - STEP_MS;
      });
      await server.running.platform.settled();
      expect(await resultsOf(BAD)).toEqual(calm);
    },
  );

  it("that is thrown outside of its work ends the thread, and is counted against nobody", async () => {
    dataDir = mkdtempSync(join(tmpdir(), "foreshock-contained-"));
    server = await startPlantedServer(dataDir);
    plant(dataDir, { where: "detect", how: "late-throw", tenantId: BAD });
    await send(BAD, 0, 1);
    await server.until(async () => !isPlanted(dataDir));
    for (const tenant of [BAD, GOOD]) {
      await server.until(async () => (await send(tenant, 0, 1)) === 200);
      expect(await send(tenant, 0, COUNT / 2)).toBe(200);
      expect(await send(tenant, COUNT / 2, COUNT)).toBe(200);
    }
    await server.running.platform.settled();
    expect(await resultsOf(GOOD)).toEqual(calm);
    expect(await resultsOf(BAD)).toEqual(calm);
    const { strikes } = server.running.control.quarantine.of(BAD) ?? { strikes: 0 };
    expect(strikes).toBe(0);
    expect(server.running.control.quarantine.quarantined()).toEqual([]);
  });

  async function send(tenant: string, from: number, to: number): Promise<number> {
    const { status } = await server!.post(tenant, "/ingest", { series: seriesOf(FLEET, from, to) });
    return status;
  }

  /** Undefined while the tenant's thread is being started again. */
  async function summaryOf(tenant: string) {
    return server!.get(tenant, "/summary").catch(() => undefined);
  }

  async function resultsOf(tenant: string): Promise<unknown> {
    const [nodes, scores, findings, anomalies] = await Promise.all([
      server!.get(tenant, "/nodes"),
      server!.get(tenant, `/scores?${RANGE}`),
      server!.get(tenant, `/findings?${RANGE}`),
      server!.get(tenant, `/anomalies?${RANGE}`),
    ]);
    return { nodes: nodes.data.length, scores, findings, anomalies };
  }
});
