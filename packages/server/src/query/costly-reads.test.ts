import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IngestSender } from "../../testing/ingest-sender.ts";
import { asJson, plantedSeries } from "../../testing/planted.ts";
import { NOON } from "../../testing/real-platform.ts";

const NODES = 5000;

describe("a read of more than one answer may cost", () => {
  let sender: IngestSender;
  beforeEach(async () => {
    sender = await IngestSender.start();
    sender.server.control.changeSettings("acme", { stepMs: MINUTE_MS });
    sender.server.clock.pass(MINUTE_MS);
    const fleet = { startMs: NOON - 40 * MINUTE_MS, nodes: ["a", "b"] };
    await sender.post("/api/v1/ingest", asJson(plantedSeries(fleet, 0, 40)));
    await sender.server.settled();
    for (let n = 0; n < NODES; n++) {
      const key = { tenantId: "acme", clusterId: "eu", nodeId: `n${n}`, metricName: "cpu" };
      sender.server.hostOf("acme").directory.add(key, {});
    }
  });
  afterEach(() => sender.close());

  const ask = (path: string, days: number) =>
    sender.get(`/api/v1/${path}from=${NOON - days * DAY_MS}&to=${NOON}`);

  it.each(["scores?level=node&step=1h&", "rankings?level=node&", "calibration?"])(
    "/%s is refused with 422 and what to ask instead, and answered where that is asked",
    async (path) => {
      const refused = await ask(path, 399);
      expect(refused.statusCode).toBe(422);
      const { code, hint } = refused.json();
      expect(code).toBe("too_costly");
      const days = Number(/at most (\d+) days/.exec(hint)![1]);
      expect(days).toBeGreaterThan(30);
      expect((await ask(path, days)).statusCode).toBe(200);
    },
  );

  it("is refused of metrics as well, before any point is read", async () => {
    const refused = await ask("rankings?level=metric&", 399);
    expect(refused.statusCode).toBe(422);
    expect(refused.json().code).toBe("too_costly");
  });
});
