import { describe } from "vitest";
import { parseKey } from "../../packages/server/src/tenant/api-key.ts";
import { isolationSuite } from "../isolation-suite.ts";
import { startTestServer } from "../tooling/test-server.ts";

describe("isolation of tenants, on the whole server", () => {
  isolationSuite(async () => {
    const [a, b] = ["tenant-a", "tenant-b"] as const;
    const server = await startTestServer({ tenants: [a, b], demo: true });
    const { control, platform } = server.running;
    return {
      url: server.url,
      a,
      b,
      key: (scope, tenant) =>
        control.createKey({ scope, ...(tenant === null ? {} : { tenant }) }).token,
      revoke: (token) => void control.revokeKey(parseKey(token)!.keyId),
      settled: () => platform.settled(),
      close: () => server.close(),
    };
  });
});
