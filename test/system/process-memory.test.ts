import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MEMORY_ENV, MEMORY_FLAGS } from "../../packages/server/src/serve/process-memory.ts";
import { keyIn, serveProcess } from "../tooling/server-process.ts";

const folder = mkdtempSync(join(tmpdir(), "foreshock-process-memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform !== "linux")("the process of a server", () => {
  it("has its settings of memory under the number that it was started with, and ends as it should", async () => {
    keyIn(folder);
    const server = await serveProcess(folder);
    const of = (file: string) =>
      readFileSync(`/proc/${server.child.pid}/${file}`, "utf8").split("\0");
    for (const [name, value] of Object.entries(MEMORY_ENV)) {
      expect(of("environ")).toContain(`${name}=${value}`);
    }
    expect(of("cmdline")).toEqual(expect.arrayContaining([...MEMORY_FLAGS, "serve"]));
    server.child.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
  });
});
