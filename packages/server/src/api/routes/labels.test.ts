import { beforeEach, describe, expect, it } from "vitest";
import { openRealServer, type RealServer } from "../../../testing/real-server.ts";
import { encodeWriteRequest, snappy } from "../../../testing/remote-write-bytes.ts";

describe("the labels that name cluster and node", () => {
  let server: RealServer;
  beforeEach(async () => {
    server = await openRealServer();
    return () => server.close();
  });

  it("are those that senders use, unless the tenant has others", async () => {
    const names = [
      { instance: "10.0.0.7:9100", pod: "api-1", job: "node" },
      { host: "web-1" },
      { kubernetes_node: "worker-2", pod: "api-2", k8s_cluster_name: "eu", job: "kubelet" },
      { node: "worker-3", pod: "api-3", kubernetes_cluster: "us", job: "kubelet" },
      { pod: "api-4", cluster: "ap", job: "api" },
      { job: "api" },
    ];
    await write("acme", names);
    expect(await places("acme")).toEqual([
      ["ap", "api-4"],
      ["api", "none"],
      ["default", "web-1"],
      ["eu", "worker-2"],
      ["node", "10.0.0.7:9100"],
      ["us", "worker-3"],
    ]);
  });

  it("can be changed by who manages the tenant, for that tenant, and stay so", async () => {
    const key = server.key("manage", "acme");
    const change = { node: ["rack", "pod"], stripPort: true };
    const reply = await send("PUT", key, change);
    expect(reply.statusCode, reply.body).toBe(200);
    expect(reply.json()).toMatchObject(change);
    expect((await send("GET", server.key("read", "acme"))).json()).toEqual(reply.json());
    expect((await send("GET", server.key("read", "globex"))).json().node[0]).toBe("instance");
    expect(server.control.settings("acme").labels).toMatchObject(change);
    for (const tenant of ["acme", "globex"]) {
      await write(tenant, [{ rack: "r7:9100", instance: "i1", cluster: "eu" }]);
    }
    expect(await places("acme")).toEqual([["eu", "r7"]]);
    expect(await places("globex")).toEqual([["eu", "i1"]]);
  });

  it.each([
    ["no names", { node: [] }],
    ["an empty name", { cluster: [""] }],
    ["too many names", { node: Array.from({ length: 33 }, (_, i) => `l${i}`) }],
    ["an unknown key", { nodes: ["pod"] }],
    ["something else", []],
  ])("are not changed to %s", async (_, change) => {
    const reply = await send("PUT", server.key("manage", "acme"), change);
    expect(reply.statusCode).toBe(400);
    expect(reply.json().hint).toBeTruthy();
    expect((await send("GET", server.key("read", "acme"))).json().node[0]).toBe("instance");
  });

  it.each(["read", "ingest"] as const)("are not changed with a key of scope %s", async (scope) => {
    const reply = await send("PUT", server.key(scope, "acme"), { node: ["pod"] });
    expect(reply.json()).toMatchObject({ status: 403, code: "scope_missing" });
  });

  function send(method: "GET" | "PUT", key: string, change?: object) {
    const headers = { authorization: `Bearer ${key}` };
    const body = change === undefined ? {} : { payload: change };
    return server.app.inject({ method, url: "/api/v1/labels", headers, ...body });
  }

  async function write(tenant: string, all: readonly Record<string, string>[]): Promise<void> {
    const samples = [{ atMs: server.clock.nowMs - 60_000, value: 1 }];
    const series = all.map((labels) => ({ labels: { __name__: "up", ...labels }, samples }));
    const headers = {
      authorization: `Bearer ${server.key("ingest", tenant)}`,
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
    };
    const payload = snappy(encodeWriteRequest(series));
    const reply = await server.app.inject({
      method: "POST",
      url: "/api/v1/write",
      headers,
      payload,
    });
    expect(reply.statusCode, reply.body).toBe(204);
    await server.settled();
  }

  async function places(tenant: string): Promise<[string, string][]> {
    const headers = { authorization: `Bearer ${server.key("read", tenant)}` };
    const reply = await server.app.inject({ method: "GET", url: "/api/v1/nodes", headers });
    return reply
      .json()
      .data.map((row: { cluster: string; node: string }) => [row.cluster, row.node])
      .sort();
  }
});
