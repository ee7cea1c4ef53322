import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GENERATORS, hasGenerators } from "../tooling/generators.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

if (!hasGenerators()) console.warn("SKIPPED, LOUDLY: `npm run verify` installs the generators");

interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: object }>> };
}

describe.runIf(hasGenerators())("clients that public generators make of /openapi.json", () => {
  let server: TestServer;
  let folder: string;
  let operations: readonly (readonly [name: string, Operation])[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "foreshock-generated-"));
    server = await startTestServer({ tenants: ["acme"], demo: true });
    const text = await (await fetch(`${server.url}/openapi.json`)).text();
    writeFileSync(join(folder, "openapi.json"), text);
    const document = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
    operations = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((one) => [one.operationId ?? "", one] as const),
    );
  });

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it("have a name, a group and a described body for each operation to go by", () => {
    const text = readFileSync(join(folder, "openapi.json"), "utf8");
    const { servers, tags } = JSON.parse(text);
    const groups = (tags as { name: string }[]).map(({ name }) => name);
    expect(servers).toEqual([expect.objectContaining({ url: "/" })]);
    expect(text).not.toContain('"items":false');
    const names = operations.map(([name]) => name);
    expect(names.filter((name) => !/^(get|put|post)[A-Z]\w+$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    const bodies: string[] = [];
    for (const [name, { tags: own = [], requestBody }] of operations) {
      expect(groups, name).toContain(own[0]);
      for (const [type, { schema }] of Object.entries(requestBody?.content ?? {})) {
        expect(Object.keys(schema ?? {}), `${name} ${type}`).not.toEqual([]);
        bodies.push(type);
      }
    }
    expect(bodies).toEqual(
      expect.arrayContaining(["application/x-ndjson", "text/csv", "application/x-protobuf"]),
    );
  });

  it("compile strictly in TypeScript, with a function for each operation", () => {
    const made = join(folder, "typescript");
    run(process.execPath, [
      ...[GENERATORS.typescript, "-i", join(folder, "openapi.json"), "-o", made],
      ...["-c", "@hey-api/client-fetch"],
    ]);
    const functions = readFileSync(join(made, "sdk.gen.ts"), "utf8");
    for (const [name] of operations) expect(functions).toContain(`export const ${name} = `);
    run(process.execPath, [
      ...[GENERATORS.compiler, "--noEmit", "--strict", "--skipLibCheck"],
      ...["--module", "nodenext", "--moduleResolution", "nodenext"],
      ...["--target", "es2023", "--lib", "es2023,dom,dom.iterable"],
      ...["index.ts", "sdk.gen.ts", "types.gen.ts", "client.gen.ts"].map((f) => join(made, f)),
    ]);
  });

  it("send and read in Python, made without a warning", async () => {
    const made = join(folder, "generated");
    run(GENERATORS.pythonCommand, [
      ...["generate", "--path", join(folder, "openapi.json"), "--output-path", made],
      ...["--meta", "none", "--fail-on-warning", "--config", GENERATORS.pythonConfig],
    ]);
    run(GENERATORS.python, ["-m", "compileall", "-q", made]);
    const script = join(folder, "use.py");
    writeFileSync(script, USE);
    const said = await ran(script, [server.url, server.keys("acme").manage]);
    expect(said).toBe("stored 2, summary of acme with 1 series, node n1 with 1 chart");
  });

  /** Beside the server, which must answer meanwhile. */
  async function ran(script: string, args: readonly string[]): Promise<string> {
    const child = spawn(GENERATORS.python, [script, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    for await (const part of child.stdout) said += String(part);
    return said.trim();
  }
});

const USE = `
import sys
from generated import AuthenticatedClient
from generated.api.ingest import post_ingest
from generated.api.inventory import get_summary
from generated.api.pages import get_nodes_page
from generated.models import IngestBody

url, key = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=key)
points = [[1790000000000, 1.5], [1790000060000, None]]
body = IngestBody.from_dict({"series": [{"cluster": "eu", "node": "n1", "metric": "cpu", "points": points}]})
report = post_ingest.sync(client=client, body=body)
summary = get_summary.sync(client=client)
page = get_nodes_page.sync(client=client, cluster="eu", node="n1", from_="2026-09-01", to="2026-10-01", step="1h")
print(f"stored {report.stored_points}, summary of {summary.tenant} with {summary.series} series, node {page.node.node} with {len(page.charts)} chart")
`;

function run(command: string, args: readonly string[]): void {
  const path = `${dirname(GENERATORS.pythonCommand)}${delimiter}${process.env.PATH ?? ""}`;
  const done = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  });
  expect(`${done.stdout}${done.stderr}`, args.join(" ")).not.toMatch(/\b(WARNING|error TS)/);
  expect(done.status, `${args.join(" ")}\n${done.stdout}${done.stderr}`).toBe(0);
}
