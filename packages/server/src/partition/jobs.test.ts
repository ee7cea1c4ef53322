import { describe, expect, it } from "vitest";
import { type Job, Jobs } from "./jobs.ts";

describe("the answers of an owner", () => {
  it("of a tenant are worked at in turn, and those of others are left alone", () => {
    const { jobs, order } = stage();
    for (const name of ["a", "b"]) add(jobs, order, "acme", 3, name);
    add(jobs, order, "globex", 3);
    while (jobs.turn("acme") > 0);
    // The first one is begun at once.
    expect(order).toEqual(["a", "a", "b", "a", "b", "b"]);
    expect([...jobs.ready()]).toEqual(["globex"]);
  });

  it("say what they have cost", () => {
    const { jobs, served } = stage();
    jobs.add(0, "acme", costly(), { done() {}, failed() {} });
    while (jobs.turn("acme") > 0);
    // The first unit, one that does not say, and the last.
    expect(served).toEqual([30_000, 1000, 1000]);
  });

  it("are done at once where nobody waits", () => {
    const { jobs, order } = stage();
    add(jobs, order, "acme", 1);
    expect(order).toEqual(["acme"]);
    expect(jobs.isReady).toBe(false);
  });

  it("end with their asker", () => {
    const { jobs, order } = stage();
    add(jobs, order, "acme", 10);
    add(jobs, order, "acme", 10);
    jobs.cancel(0);
    expect(jobs.isReady).toBe(false);
  });
});

function stage() {
  const order: string[] = [];
  const served: number[] = [];
  const jobs = new Jobs(
    () => {},
    (_, points) => void served.push(points),
  );
  return { jobs, order, served };
}

function add(
  jobs: Jobs,
  order: string[],
  tenantId: string,
  units: number,
  name: string = tenantId,
): void {
  jobs.add(0, tenantId, work(order, name, units), { done() {}, failed() {} });
}

function* work(order: string[], name: string, units: number): Job {
  for (let unit = 0; unit < units; unit++) {
    order.push(name);
    if (unit < units - 1) yield undefined;
  }
  return units;
}

function* costly(): Job {
  yield 30_000;
  yield undefined;
  return 0;
}
