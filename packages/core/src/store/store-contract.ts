import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type SeriesKey, tenantIdOf } from "../model/series-key.ts";
import { HOUR_MS, MINUTE_MS, timeRange } from "../model/time.ts";
import { metricSource } from "./metric-source.ts";
import type { PointColumns, SeriesPlace, Store, TenantStore } from "./store.ts";

const START = Date.UTC(2026, 2, 1) - HOUR_MS;
const EVER = timeRange(0, START + 1e12);
const CPU: SeriesPlace = { clusterId: "eu", nodeId: "n1", metricName: "cpu" };
const ACME = tenantIdOf("acme");

/** What every store owes. Each implementation's test file calls it once, with a way to make an empty one. */
export function storeContract(open: () => Store): void {
  let store: Store;
  let tenant: TenantStore;

  beforeEach(() => {
    store = open();
    tenant = store.forTenant(ACME);
  });
  afterEach(() => store.close());

  it("gives back what was added, half-open at the end", async () => {
    await tenant.append([columns(CPU, [0, 1, 2], [5, Number.NaN, 7])]);
    const series = await tenant.read(CPU, timeRange(START, START + 2 * MINUTE_MS));
    expect([series.tenantId, series.clusterId, series.nodeId, series.metricName]).toEqual([
      "acme",
      "eu",
      "n1",
      "cpu",
    ]);
    expect([...series.timestamps]).toEqual([START, START + MINUTE_MS]);
    expect([...series.values]).toEqual([5, Number.NaN]);
  });

  it("gives empty columns for a series it never saw and for a range without points", async () => {
    await tenant.append([columns(CPU, [0], [5])]);
    expect((await tenant.read({ ...CPU, nodeId: "n2" }, EVER)).length).toBe(0);
    expect((await tenant.read(CPU, timeRange(START + 1, START + 2))).length).toBe(0);
  });

  it("does not care about order and repeats: the last value of an instant counts", async () => {
    const pair = fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 0, max: 9 }));
    const calls = fc.array(fc.array(pair, { minLength: 1, maxLength: 20 }), { maxLength: 8 });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(calls, async (batches) => {
        const place = { ...CPU, nodeId: `round-${round++}` };
        const expected = new Map<number, number>();
        for (const batch of batches) {
          for (const [minute, value] of batch) expected.set(START + minute * MINUTE_MS, value);
          const minutes = batch.map(([minute]) => minute);
          await tenant.append([
            columns(
              place,
              minutes,
              batch.map(([, value]) => value),
            ),
          ]);
        }
        const { timestamps, values } = await tenant.read(place, EVER);
        const inOrder = [...expected].sort((a, b) => a[0] - b[0]);
        expect(Array.from(values, (v, i) => [timestamps[i], v])).toEqual(inOrder);
      }),
      { numRuns: 50 },
    );
  });

  it("stores all of a batch or none", async () => {
    const bad = [
      { ...columns(CPU, [1], [1]), values: new Float64Array(2) },
      columns(CPU, [1], [Number.POSITIVE_INFINITY]),
      { ...columns(CPU, [1], [1]), timestampsMs: Float64Array.of(Number.NaN) },
      columns({ ...CPU, metricName: " " }, [1], [1]),
    ];
    const codes = ["series/length-mismatch", "series/infinite", "time/invalid", "id/empty"];
    for (const [i, broken] of bad.entries()) {
      const refused = tenant.append([columns(CPU, [0], [1]), broken]);
      await expect(refused).rejects.toMatchObject({ code: codes[i] });
    }
    expect((await tenant.read(CPU, EVER)).length).toBe(0);
  });

  it("copies what it keeps and what it gives", async () => {
    const given = columns(CPU, [0, 1], [5, 6]);
    await tenant.append([given]);
    given.values[0] = 99;
    (await tenant.read(CPU, EVER)).values[1] = 99;
    expect([...(await tenant.read(CPU, EVER)).values]).toEqual([5, 6]);
  });

  it("keeps the labels of a series that were given last", async () => {
    await tenant.append([{ ...columns(CPU, [0], [1]), metadata: { unit: "%" } }]);
    await tenant.append([columns(CPU, [1], [1])]);
    expect((await tenant.read(CPU, EVER)).metadata).toEqual({ unit: "%" });
    await tenant.append([{ ...columns(CPU, [2], [1]), metadata: { unit: "ratio" } }]);
    expect((await tenant.read(CPU, EVER)).metadata).toEqual({ unit: "ratio" });
  });

  it("lists keys with a point since an instant, in order of cluster, node, metric", async () => {
    const places = [
      { clusterId: "us", nodeId: "n1", metricName: "cpu" },
      { clusterId: "eu", nodeId: "n2", metricName: "cpu" },
      { clusterId: "eu", nodeId: "n1", metricName: "mem" },
      { clusterId: "eu", nodeId: "n1", metricName: "cpu" },
    ];
    await tenant.append(places.map((place, i) => columns(place, [i], [1])));
    const names = (keys: SeriesPlace[]): string[] =>
      keys.map((key) => `${key.clusterId}/${key.nodeId}/${key.metricName}`);
    expect(names(await all(tenant.keys(0)))).toEqual([
      "eu/n1/cpu",
      "eu/n1/mem",
      "eu/n2/cpu",
      "us/n1/cpu",
    ]);
    const since = await all(tenant.keys(START + 2 * MINUTE_MS));
    expect(names(since)).toEqual(["eu/n1/cpu", "eu/n1/mem"]);
  });

  it("never shows one tenant another's points or keys, even under equal names", async () => {
    const other = store.forTenant(tenantIdOf("acme2"));
    await tenant.append([columns(CPU, [0], [5])]);
    await other.append([columns(CPU, [0, 1], [8, 9])]);
    expect([...(await tenant.read(CPU, EVER)).values]).toEqual([5]);
    expect([...(await other.read(CPU, EVER)).values]).toEqual([8, 9]);
    expect((await all(tenant.keys(0))).map((key) => key.tenantId)).toEqual(["acme"]);
    expect((await all(other.keys(0))).map((key) => key.tenantId)).toEqual(["acme2"]);
  });

  it("is a source of metric series for ISO 8601 times, dates and milliseconds alike", async () => {
    await tenant.append([columns(CPU, [0, 1, 2], [5, 6, 7])]);
    const source = metricSource(store);
    const end = START + 2 * MINUTE_MS;
    for (const [from, to] of [
      [START, end],
      [new Date(START), new Date(end)],
      [new Date(START).toISOString(), new Date(end).toISOString()],
    ] as const) {
      const series = await source.getMetricSeries("acme", "eu", "n1", "cpu", from, to);
      expect([...series.values]).toEqual([5, 6]);
    }
    const backwards = source.getMetricSeries("acme", "eu", "n1", "cpu", end, START);
    await expect(backwards).rejects.toMatchObject({ code: "range/empty" });
    const nameless = source.getMetricSeries("", "eu", "n1", "cpu", START, end);
    await expect(nameless).rejects.toMatchObject({ code: "id/empty" });
  });

  it("can be closed twice", async () => {
    expect(await store.close()).toBeUndefined();
    expect(await store.close()).toBeUndefined();
  });
}

async function all(keys: AsyncIterable<SeriesKey>): Promise<SeriesKey[]> {
  const list: SeriesKey[] = [];
  for await (const key of keys) list.push(key);
  return list;
}

function columns(place: SeriesPlace, minutes: number[], values: number[]): PointColumns {
  return {
    place,
    timestampsMs: Float64Array.from(minutes, (minute) => START + minute * MINUTE_MS),
    values: Float64Array.from(values),
  };
}
