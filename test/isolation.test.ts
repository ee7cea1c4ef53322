import { describe } from "vitest";
import { parseKey } from "../packages/server/src/tenant/api-key.ts";
import { testingServer } from "../packages/server/testing/testing-server.ts";
import { isolationSuite } from "./isolation-suite.ts";

const WIDE = {
  pointsPerSecond: 1e9,
  pointsBurst: 1e9,
  queryRequestsPerSecond: 1e6,
  ingestRequestsPerSecond: 1e6,
};

describe("isolation of tenants, at the door over a platform in memory", () => {
  isolationSuite(async () => {
    const tenants = ["tenant-a", "tenant-b"] as const;
    const server = await testingServer({
      tenants,
      limits: WIDE,
      refusedBurst: 1e6,
      parts: { demoTruth: () => [] },
    });
    server.clock.nowMs = Date.now();
    const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
    return {
      url,
      a: tenants[0],
      b: tenants[1],
      key: (scope, tenant) => server.key(scope, tenant),
      revoke: (token) => {
        const { tenant, ...rest } = server.keys.storedKey(parseKey(token)!.keyId)!;
        server.keys.add(token, tenant, { ...rest, revokedAt: 1 });
      },
      settled: async () => undefined,
      close: () => server.app.close(),
    };
  });
});
