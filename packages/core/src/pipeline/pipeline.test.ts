import { describe, expect, it } from "vitest";
import { memoryStore } from "../store/memory-store.ts";
import type { PointColumns } from "../store/store.ts";
import { Pipeline } from "./pipeline.ts";

const STEP_MS = 300_000;
const DAYS = 10;
const PER_DAY = 288;
const COUNT = DAYS * PER_DAY;
const METRICS = ["cpu", "load", "latency", "queue"];
const FAULT = { node: 2, from: COUNT - 40, to: COUNT - 20 };
const OPTIONS = { tenantId: "acme", stepMs: STEP_MS, budgetDays: 7, rewindMs: 7_200_000 };

describe("Pipeline", () => {
  it("finds the node whose metrics move together, and nothing else of that size", async () => {
    const { findings, nodeP } = await runWhole(columns());
    const [finding] = [...findings.values()];
    expect(findings.size).toBe(1);
    expect(finding).toMatchObject({ level: "node", clusterId: "eu", nodeId: "node-2" });
    const p = nodeP.get(`node-2@${FAULT.from + 1}`)!;
    expect(p).toBeLessThan(
      Math.min(...[0, 1, 3].map((n) => nodeP.get(`node-${n}@${FAULT.from + 1}`)!)),
    );
  });

  it("comes to the same whether the points come at once or in pieces, some of them late", async () => {
    const whole = await runWhole(columns());
    const pipeline = new Pipeline({ ...OPTIONS, store: memoryStore() });
    const nodeP = new Map<string, number>();
    const late = columns(COUNT - 12, COUNT - 6).slice(0, 4);
    for (let from = 0; from < COUNT; from += PER_DAY) {
      const piece = columns(from, Math.min(COUNT, from + PER_DAY));
      const last = from + PER_DAY >= COUNT;
      await pipeline.append(last ? piece.map((one, k) => (k < 4 ? withoutLate(one) : one)) : piece);
      await pipeline.run((step) => note(nodeP, pipeline, step));
    }
    await pipeline.append(late);
    const { findings } = await pipeline.run((step) => note(nodeP, pipeline, step));
    expect(nodeP).toEqual(whole.nodeP);
    expect(findings).toEqual(whole.findings);
  });

  it("explains the windows of a stored series", async () => {
    const store = memoryStore();
    const pipeline = new Pipeline({ ...OPTIONS, store });
    await pipeline.append(columns());
    const results = await pipeline.results({
      clusterId: "eu",
      nodeId: "node-2",
      metricName: "cpu",
    });
    const worst = results.reduce((a, b) => (b.anomalyScore > a.anomalyScore ? b : a));
    expect(worst.anomalyLabel).not.toBe("normal");
    expect(worst.explanation?.text).toContain("cpu on node-2");
  });
});

async function runWhole(batch: readonly PointColumns[]) {
  const pipeline = new Pipeline({ ...OPTIONS, store: memoryStore() });
  await pipeline.append(batch);
  const nodeP = new Map<string, number>();
  const { findings } = await pipeline.run((step) => note(nodeP, pipeline, step));
  return { findings, nodeP };
}

function note(
  into: Map<string, number>,
  { fold }: Pipeline,
  { step, nodes }: { step: number; nodes: { count: number; p: Float64Array } },
): void {
  for (let n = 0; n < nodes.count; n++) {
    into.set(`${fold.fleet.names.nodeIds[n]}@${step}`, nodes.p[n]!);
  }
}

function columns(from = 0, to = COUNT): PointColumns[] {
  return [0, 1, 2, 3].flatMap((node) =>
    METRICS.map((metricName, m) => ({
      place: { clusterId: "eu", nodeId: `node-${node}`, metricName },
      timestampsMs: Float64Array.from({ length: to - from }, (_, k) => (from + k) * STEP_MS),
      values: Float64Array.from({ length: to - from }, (_, k) => valueAt(node, m, from + k)),
    })),
  );
}

/** The last day's column without the points that come late. */
function withoutLate({ place, timestampsMs, values }: PointColumns): PointColumns {
  const kept = Array.from(timestampsMs, (_, k) => k).filter((k) => {
    const i = timestampsMs[k]! / STEP_MS;
    return i < COUNT - 12 || i >= COUNT - 6;
  });
  return {
    place,
    timestampsMs: Float64Array.from(kept, (k) => timestampsMs[k]!),
    values: Float64Array.from(kept, (k) => values[k]!),
  };
}

function valueAt(node: number, metric: number, i: number): number {
  const daily = 8 * Math.sin((2 * Math.PI * i) / PER_DAY + metric);
  const faulty = node === FAULT.node && i >= FAULT.from && i < FAULT.to;
  return (
    50 + daily + 2 * noise(Math.imul(i, 31) + 7919 * node + 104_729 * metric) + (faulty ? 40 : 0)
  );
}

/** Sum of six hashed uniforms, about normal with deviation 1. */
function noise(seed: number): number {
  let sum = 0;
  for (let k = 0; k < 6; k++) {
    let h = Math.imul(seed + 1_299_709 * k, 0x9e3779b1) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
    sum += ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  }
  return (sum - 3) * Math.SQRT2;
}
