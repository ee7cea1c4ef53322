import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runForTest } from "../../testing/testing-io.ts";
import { NamesFile } from "../store/series/names-file.ts";
import { ControlDb } from "../tenant/control-db.ts";
import { EXIT } from "./terminal/exit-code.ts";

const NOON = Date.UTC(2026, 6, 1, 12);

describe("foreshock tenants", () => {
  let folder = "";
  let control: ControlDb;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "foreshock-tenants-"));
    control = ControlDb.open(join(folder, "control.db"), () => NOON);
    for (const tenant of ["acme", "globex", "initech"]) control.ensureTenant(tenant);
  });
  afterEach(() => {
    control.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (...argv: string[]) => runForTest(["tenants", ...argv, "--data-dir", folder]);

  it("lists series, limits and state of each, also while a server has the folder", async () => {
    for (const partition of [0, 1]) {
      mkdirSync(join(folder, `p${partition}`));
      const names = new NamesFile(join(folder, `p${partition}`, "names.jsonl"));
      const series = (tenantId: string, metricName: string) =>
        ({ tenantId, clusterId: "c", nodeId: "n", metricName, metadata: {} }) as const;
      names.append([
        [0, series("acme", "cpu")],
        [1, series("acme", `mem${partition}`)],
        [2, series("globex", "cpu")],
      ]);
      names.append([[0, series("acme", "cpu")]]);
    }
    control.quarantine.strike("globex", "stood still in a fold");
    control.quarantine.quarantine("initech", "out of memory in a fold");
    const [header, ...rows] = (await run()).out.trimEnd().split("\n");
    expect(header).toBe("tenant\tcreated\tkeys\tseries\tmemory\tpoints/s\tbudget\tstate");
    const cells = rows.map((row) => row.split("\t"));
    expect(cells.map((row) => [row[0], row[3], row[4], row[7]])).toEqual([
      ["acme", "4/1,000,000", "1 MiB", "ok"],
      ["globex", "2/1,000,000", "1 MiB", "ok, struck once: stood still in a fold"],
      [
        "initech",
        "0/1,000,000",
        "0 MiB",
        "quarantine since 2026-07-01 12:00:00: out of memory in a fold",
      ],
    ]);
    const { data } = JSON.parse((await run("list", "--json")).out);
    // Two series, and five bytes of names each: c, n, cpu.
    expect(data[1].memoryBytes).toBe(2 * (22 * 1024 + 8 * 5));
    expect(data[2].quarantine).toEqual({
      since: "2026-07-01T12:00:00.000Z",
      strikes: 0,
      struckAt: "2026-07-01T12:00:00.000Z",
      reason: "out of memory in a fold",
    });
  });

  it("release ends a quarantine, says where there was none, and knows no tenant that is not there", async () => {
    control.quarantine.quarantine("acme", "stood still");
    const released = await run("release", "acme");
    expect(released).toMatchObject({ code: EXIT.ok });
    expect(released.err).toContain("acme is released");
    expect(control.quarantine.quarantined()).toEqual([]);
    expect((await run("release", "acme")).err).toContain("was not in quarantine");
    expect(await run("release", "nobody")).toMatchObject({ code: EXIT.notFound });
    expect(JSON.parse((await run("release", "acme", "--json")).out)).toEqual({
      tenant: "acme",
      released: false,
    });
  });

  it("shows and changes which labels name cluster and node, for one tenant, durably", async () => {
    const labelsOf = async (...argv: string[]) =>
      JSON.parse((await run("labels", ...argv, "--json")).out);
    expect((await labelsOf("acme")).node.slice(0, 2)).toEqual(["instance", "node"]);
    const changed = await labelsOf("acme", "--node", "pod,instance", "--strip-port");
    expect(changed).toMatchObject({ tenant: "acme", node: ["pod", "instance"], stripPort: true });
    expect(await labelsOf("acme")).toEqual(changed);
    expect((await labelsOf("globex")).stripPort).toBe(false);
    expect((await labelsOf("acme", "--cluster", "env")).node).toEqual(["pod", "instance"]);
    expect((await labelsOf("acme", "--no-strip-port")).stripPort).toBe(false);
    expect(await labelsOf("acme", "--defaults")).toEqual({
      ...(await labelsOf("globex")),
      tenant: "acme",
    });
    expect((await run("labels", "nobody")).code).toBe(EXIT.notFound);
  });
});
