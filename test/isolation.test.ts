import { describe } from "vitest";
import { parseKey } from "../packages/server/src/tenant/api-key.ts";
import { openRealServer } from "../packages/server/testing/real-server.ts";
import { isolationSuite } from "./isolation-suite.ts";

const WIDE = {
  pointsPerSecond: 1e9,
  pointsBurst: 1e9,
  queryRequestsPerSecond: 1e6,
  ingestRequestsPerSecond: 1e6,
};

describe("isolation of tenants, at the door over the platform in this thread", () => {
  isolationSuite(async () => {
    const [a, b] = ["tenant-a", "tenant-b"] as const;
    const server = await openRealServer({
      tenants: [a, b],
      limits: WIDE,
      refusedBurst: 1e6,
      parts: { demoTruth: () => [] },
    });
    server.clock.nowMs = Date.now();
    const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
    return {
      url,
      a,
      b,
      key: (scope, tenant) => server.key(scope, tenant),
      revoke: (token) => void server.control.revokeKey(parseKey(token)!.keyId),
      settled: () => server.settled(),
      close: () => server.close(),
    };
  });
});
