import { describe, expect, it } from "vitest";
import { MemoryPlanProblem, memoryPlan, readBytesMax } from "./memory-plan.ts";

const MIB = 2 ** 20;
const THREADS = { ownerCount: 2, hostCount: 2, decoderCount: 2 };

describe("a memory plan", () => {
  it.each([700, 800, 1024, 4096, 65_536])("of %i MiB gives away less than there is", (mib) => {
    const plan = memoryPlan(mib * MIB, THREADS);
    const lent =
      plan.potBytes +
      plan.body.inFlightBytesMax +
      plan.replies.unsentBytesMax +
      THREADS.decoderCount * plan.decoder.cacheBytesMax +
      THREADS.ownerCount * plan.owner.historyBytesMax +
      24 * THREADS.hostCount * plan.queuedPointsMax;
    expect(lent).toBeLessThan(0.9 * mib * MIB - 400 * MIB);
    expect(plan.longReadsMax).toBeGreaterThanOrEqual(1);
    expect(readBytesMax(plan)).toBeLessThanOrEqual(Math.max(64, mib / 16) * MIB);
    // The largest body fits into what one tenant may hold while it is alone.
    const { inFlightBytesMax, compressedBytesMax, decodedBytesMax } = plan.body;
    expect(compressedBytesMax + decodedBytesMax).toBeLessThanOrEqual(inFlightBytesMax / 2);
  });

  it("of 4 GiB has room for 50,000 series of one tenant, and the bodies as documented", () => {
    const { potBytes, body } = memoryPlan(4096 * MIB, THREADS);
    // Half of the pot from the common rest, and a guaranteed part; a series of few names is 22.5 kB.
    expect((1 / 2 + 1 / 24) * potBytes).toBeGreaterThan(50_000 * 25_000);
    expect(body).toEqual({
      inFlightBytesMax: 256 * MIB,
      compressedBytesMax: 8 * MIB,
      decodedBytesMax: 32 * MIB,
    });
  });

  it("says what would be enough where it is not, and that is enough", () => {
    const tooFew = () => memoryPlan(400 * MIB, THREADS);
    expect(tooFew).toThrow(MemoryPlanProblem);
    const [, enough] = /at least (\d+) MiB/.exec(messageOf(tooFew))!;
    expect(memoryPlan(Number(enough) * MIB, THREADS).potBytes).toBeGreaterThan(0);
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
