import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LATEST } from "../partition/protocol.ts";
import { type SeriesInfo, TenantDirectory } from "./directory.ts";
import { SeriesDirectory } from "./series-directory.ts";

describe("a tenant's directory", () => {
  it("keeps labels once for the series of a node that have the same", () => {
    const all = new SeriesDirectory(4);
    const added = (metricName: string, zone: string) =>
      all.add({ tenantId: "acme", clusterId: "eu", nodeId: "n", metricName }, { zone });
    const [cpu, memory, disk] = [added("cpu", "a"), added("memory", "a"), added("disk", "b")];
    expect(memory.metadata).toBe(cpu.metadata);
    expect([cpu.metadata, disk.metadata]).toEqual([{ zone: "a" }, { zone: "b" }]);
  });

  it("gives series by cluster, node and metric, from any of them on, whatever came first", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const key = fc.record({ clusterId: name, nodeId: name, metricName: name });
    const filter = fc.record({
      clusterId: fc.option(name, { nil: undefined }),
      nodeId: fc.option(name, { nil: undefined }),
      metricName: fc.option(name, { nil: undefined }),
    });
    const keys = fc.uniqueArray(key, { selector: (one) => Object.values(one).join() });
    fc.assert(
      fc.property(keys, filter, (given, asked) => {
        const all = new SeriesDirectory(4);
        for (const one of given) all.add({ tenantId: "acme", ...one }, {});
        const directory = all.tenant("acme");
        const expected = given
          .filter(
            (one) =>
              (asked.clusterId ?? one.clusterId) === one.clusterId &&
              (asked.nodeId ?? one.nodeId) === one.nodeId &&
              (asked.metricName ?? one.metricName) === one.metricName,
          )
          .map(textOf)
          .sort();
        const listed = [...directory.matching(asked)];
        expect(listed.map(({ key }) => textOf(key))).toEqual(expected);
        listed.forEach((info, k) => {
          const rest = [...directory.matching(asked, info)];
          expect(rest.map(({ key }) => textOf(key))).toEqual(expected.slice(k + 1));
        });
      }),
    );
  });

  it("compares about n log n names for n metrics that join a node and are read then", () => {
    const [one, two, four] = [1000, 2000, 4000].map((count) => {
      const names = counted();
      const directory = new TenantDirectory("acme", []);
      for (let m = 0; m < count; m++) directory.add(names.series("n", `m${(m * 7919) % count}`));
      expect(directory.node("eu", "n")!.series.length).toBe(count);
      return names.reads;
    });
    expect(two! / one!).toBeLessThan(2.5);
    expect(four! / two!).toBeLessThan(2.5);
  });

  it("knows the points and the oldest time of its series without looking at them", () => {
    const told = fc.record({ series: fc.nat(4), count: fc.nat(1000), firstMs: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(told), (updates) => {
        const all = new SeriesDirectory(4);
        for (const tenantId of ["acme", "acme", "acme", "globex", "globex"]) {
          const metricName = String(all.series.length);
          all.add({ tenantId, clusterId: "eu", nodeId: "n", metricName }, {});
        }
        const oldest = new Map<string, number>();
        for (const { series, count, firstMs } of updates) {
          const latest = new Float64Array(Object.keys(LATEST).length);
          latest[LATEST.pointCount] = count;
          latest[LATEST.firstMs] = firstMs;
          const { tenantId } = all.update(series, latest, 0).key;
          const before = oldest.get(tenantId) ?? Number.POSITIVE_INFINITY;
          if (firstMs > 0) oldest.set(tenantId, Math.min(before, firstMs));
        }
        for (const tenant of all.tenants()) {
          const points = tenant.series.reduce((sum, { pointCount }) => sum + pointCount, 0);
          expect(tenant.pointCount).toBe(points);
          expect(tenant.oldestMs).toBe(oldest.get(tenant.tenantId) ?? Number.POSITIVE_INFINITY);
        }
      }),
    );
  });

  it("looks at few names for a page in the middle, however many series there are", () => {
    const reads = [1000, 8000].map((nodes) => {
      const names = counted();
      const directory = new TenantDirectory("acme", []);
      for (let n = 0; n < nodes; n++) {
        for (const metric of ["cpu", "load"]) directory.add(names.series(`n${n}`, metric));
      }
      const all = [...directory.matching({})];
      const before = names.reads;
      const page = directory.matching({}, all[all.length >> 1])[Symbol.iterator]();
      for (let row = 0; row < 10; row++) page.next();
      return names.reads - before;
    });
    expect(reads[1]!).toBeLessThan(100);
    expect(reads[1]! - reads[0]!).toBeLessThan(10);
  });
});

function textOf(key: SeriesInfo["key"] | Omit<SeriesInfo["key"], "tenantId">): string {
  return `${key.clusterId}/${key.nodeId}/${key.metricName}`;
}

/** Series whose metric names count how often they are read. */
function counted() {
  const counter = {
    reads: 0,
    series(nodeId: string, metricName: string): SeriesInfo {
      const key = {
        tenantId: "acme",
        clusterId: "eu",
        nodeId,
        get metricName() {
          counter.reads++;
          return metricName;
        },
      };
      return { id: `${nodeId}.${metricName}`, key } as unknown as SeriesInfo;
    },
  };
  return counter;
}
