import { describe, expect, it } from "vitest";
import { Metrics } from "./metrics.ts";

describe("Metrics", () => {
  it("puts tenants together for the public, by sum for counts and by the worst for delays", async () => {
    const metrics = new Metrics("1.2.3", false);
    metrics.ingested("json", "acme", { acceptedPoints: 3, rejected: [] });
    metrics.ingested("json", "globex", {
      acceptedPoints: 4,
      rejected: [{ reason: "future", points: 2 }],
    });
    metrics.detectionDelay.set({ tenant: "acme" }, 5);
    metrics.detectionDelay.set({ tenant: "globex" }, 9);
    const open = await metrics.text({ tenants: false });
    expect(open).toContain('foreshock_ingest_samples_total{protocol="json"} 7');
    expect(open).toContain("foreshock_detection_delay_seconds 9");
    expect(open).toContain('foreshock_ingest_rejected_samples_total{reason="future"} 2');
    expect(open).toContain('foreshock_build_info{version="1.2.3"} 1');
    expect(open).not.toMatch(/acme|globex/);
    const all = await metrics.text({ tenants: true });
    expect(all).toContain('foreshock_ingest_samples_total{protocol="json",tenant="acme"} 3');
  });

  it("names 200 tenants and calls the others other", async () => {
    const metrics = new Metrics("0", false);
    for (let i = 0; i < 205; i++)
      metrics.ingested("csv", `t${i}`, { acceptedPoints: 1, rejected: [] });
    const text = await metrics.text({ tenants: true });
    expect(text).toContain('foreshock_ingest_samples_total{protocol="csv",tenant="t199"} 1');
    expect(text).toContain('foreshock_ingest_samples_total{protocol="csv",tenant="other"} 5');
    expect(text).not.toContain('tenant="t200"');
  });
});
