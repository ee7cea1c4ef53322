import { expect, it } from "vitest";
import { createLog } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import { operatorEvents } from "./operator-events.ts";

it("a body that has ended its decoder is counted by its reason, and logged with its tenant", async () => {
  const lines: string[] = [];
  const metrics = new Metrics("test", false);
  const events = operatorEvents(createLog("info", { write: (line) => lines.push(line) }), metrics);
  const body = { tenantId: "acme", kind: "csv", bytes: 1234 } as const;
  events.decoderLost({ ...body, reason: "memory", error: new Error("heap") });
  events.close();
  const text = await metrics.text({ tenants: false });
  expect(text).toContain('foreshock_decoders_lost_total{reason="memory"} 1');
  expect(text).toContain('foreshock_decoders_lost_total{reason="time"} 0');
  expect(JSON.parse(lines[0]!)).toMatchObject({
    ...{ level: "error", tenant: "acme", kind: "csv", bytes: 1234, reason: "memory" },
    msg: "a body has ended its decoder",
  });
});
