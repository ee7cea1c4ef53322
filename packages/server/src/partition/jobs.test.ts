import { describe, expect, it } from "vitest";
import { type Job, Jobs } from "./jobs.ts";

describe("the answers of an owner", () => {
  it("give a tenant with one answer as many units as one with fifty", () => {
    const { jobs, order } = stage();
    for (let k = 0; k < 50; k++) add(jobs, order, "busy", 10);
    add(jobs, order, "quiet", 10);
    while (jobs.isReady) jobs.turn();
    const ended = order.lastIndexOf("quiet");
    expect(order.filter((tenantId) => tenantId === "quiet").length).toBe(10);
    expect(ended).toBeLessThanOrEqual(25);
    expect(order.length).toBe(510);
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
  return { jobs: new Jobs(() => {}), order };
}

function add(jobs: Jobs, order: string[], tenantId: string, units: number): void {
  jobs.add(0, tenantId, work(order, tenantId, units), { done() {}, failed() {} });
}

function* work(order: string[], tenantId: string, units: number): Job {
  for (let unit = 0; unit < units; unit++) {
    order.push(tenantId);
    if (unit < units - 1) yield undefined;
  }
  return units;
}
