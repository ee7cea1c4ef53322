import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthError, ConnectionError, NotFoundError, ServerError } from "@foreshock/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runForTest } from "../../testing/testing-io.ts";
import { CliError, EXIT, exitCodeOf } from "./terminal/exit-code.ts";

describe("runCli", () => {
  it("prints help and version on stdout and ends with 0", async () => {
    const help = await runForTest(["detect", "--help"]);
    expect(help).toMatchObject({ code: EXIT.ok, err: "" });
    expect(help.out).toContain("narrow   timestamp,value");
    expect(help.out).toContain("--json");
    expect(await runForTest(["--version"])).toEqual({ code: EXIT.ok, out: "9.9.9\n", err: "" });
  });

  it.each([
    [["explode"], "unknown command 'explode'"],
    [["detect"], "missing required argument 'file|folder|-'"],
    [["detect", "-", "--threshold", "2"], "give a score from 0 to 1"],
    [["rank", "-", "--from", "1"], "--to is missing"],
    [["rank", "-", "--from", "soon", "--to", "2"], '--from "soon" is not a valid time'],
    [["rank", "-", "--from", "2", "--to", "2"], "--from must be before --to"],
    [["top", "planet"], "Allowed choices are metric, node, cluster, tenant"],
    [["serve", "--port", "x"], "give a whole number, at least 0"],
    [["keys", "create", "--scope", "ingest"], "name one with --tenant"],
  ])("ends with 2 and says what is wrong: %j", async (argv, message) => {
    const run = await runForTest(argv);
    expect(run.code).toBe(EXIT.usage);
    expect(run.err).toContain(message);
    expect(run.out).toBe("");
  });

  it("hands the flags of serve and demo to those who run them, and gives their code", async () => {
    const seen: unknown[] = [];
    const commands = {
      serve: async (flags: unknown) => {
        seen.push(flags);
        return EXIT.ok;
      },
      demo: async (flags: unknown) => {
        seen.push(flags);
        return EXIT.error;
      },
    };
    const serve = ["serve", "--port", "0", "--data-dir", "x", "--workers", "2"];
    expect((await runForTest(serve, { commands })).code).toBe(EXIT.ok);
    expect((await runForTest(["demo", "--score", "--nodes", "12"], { commands })).code).toBe(1);
    expect(seen).toEqual([
      { port: 0, dataDir: "x", workers: 2 },
      { score: true, live: true, nodes: 12 },
    ]);
  });

  it("ends with 130 when interrupted, without a word", async () => {
    const abort = new AbortController();
    const commands = {
      serve: async () => {
        abort.abort();
        abort.signal.throwIfAborted();
        return EXIT.ok;
      },
    };
    const run = await runForTest(["serve"], { commands, signal: abort.signal });
    expect(run).toEqual({ code: EXIT.interrupted, out: "", err: "" });
  });

  it("lists the engines by name with what they are good at, for people and for programs", async () => {
    const list = await runForTest(["engines"]);
    expect(list.out).toContain("stream\tyes\tpoint by point");
    const { data } = JSON.parse((await runForTest(["engines", "--json"])).out);
    const names = data.map(({ engine }: { engine: string }) => engine);
    expect(names).toEqual(["absence", "batch", "peer", "stream"]);
    expect(data[0]).toMatchObject({ available: true, reason: null, install: null });
  });

  it("asks for a key before it asks a server, and says how to get one", async () => {
    const run = await runForTest(["top"]);
    expect(run.code).toBe(EXIT.auth);
    expect(run.err).toContain("foreshock keys create");
  });

  it("gives each kind of error its exit code", () => {
    const facts = { title: "x" };
    expect(exitCodeOf(new AuthError(facts))).toBe(4);
    expect(exitCodeOf(new NotFoundError(facts))).toBe(5);
    expect(exitCodeOf(new ConnectionError(facts))).toBe(6);
    expect(exitCodeOf(new ServerError(facts))).toBe(1);
    expect(exitCodeOf(new CliError("x", EXIT.notFound))).toBe(5);
    expect(exitCodeOf("anything")).toBe(1);
  });
});

describe("keys and tenants", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "foreshock-keys-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...argv: string[]) => runForTest([...argv, "--data-dir", folder]);

  it("makes a tenant and a key, lists both, revokes the key", async () => {
    expect((await run("tenants", "create", "acme", "--budget-days", "30")).code).toBe(0);
    const made = await run("keys", "create", "--tenant", "acme", "--scope", "ingest");
    expect(made.out).toMatch(/^fsk_ing_[0-9A-Za-z]{36}\n$/);
    const keyId = made.err.match(/keys revoke (fsk_\S+)/)![1]!;
    expect(made.out).toContain(keyId);
    expect((await run("keys", "list")).out).toContain(`${keyId}\tacme\tingest\tvalid`);
    const tenants = JSON.parse((await run("tenants", "list", "--json")).out);
    expect(tenants.data).toMatchObject([{ tenant: "acme", keys: 1, budgetDays: 30 }]);
    expect((await run("keys", "revoke", keyId)).code).toBe(0);
    expect((await run("keys", "list", "--tenant", "acme")).out).toContain("revoked");
    expect((await run("tenants", "list")).out).toContain("acme\t2026-07-01 12:00:00\t0\t");
  });

  it("refuses with a reason what cannot be done", async () => {
    const unknown = await run("keys", "create", "--tenant", "nobody");
    expect(unknown).toMatchObject({ code: EXIT.error, out: "" });
    expect(unknown.err).toContain("foreshock tenants create");
    expect((await run("keys", "revoke", "fsk_ro_nothing")).err).toContain("foreshock keys list");
    expect((await run("keys", "create", "--tenant", "acme", "--scope", "all")).code).toBe(2);
    expect((await run("tenants", "create", "../up")).err).toContain("use a-z");
  });

  it("never prints a token twice", async () => {
    const made = JSON.parse((await run("keys", "create", "--tenant", "acme", "--json")).out);
    expect((await run("keys", "list", "--json")).out).not.toContain(made.token);
    expect((await run("keys", "list", "--json=keyId,scope")).out).toContain(
      `{"keyId":"${made.keyId}","scope":"manage"}`,
    );
  });
});
