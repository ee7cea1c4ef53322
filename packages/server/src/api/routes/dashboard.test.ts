import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openRealServer, type RealServer } from "../../../testing/real-server.ts";

describe("the dashboard", () => {
  let server: RealServer;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "foreshock-dashboard-"));
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>Foreshock</title>");
    writeFileSync(join(folder, "assets/main-3fa9.js"), "export {}");
    writeFileSync(join(folder, ".env"), "no");
    server = await openRealServer({ parts: { dashboardDir: folder } });
    return async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    };
  });

  function get(url: string, headers: Record<string, string>) {
    return server.app.inject({ method: "GET", url, headers });
  }

  it("is served at the root and at each of its own addresses, never from a cache", async () => {
    for (const url of [
      "/",
      "/fleet",
      "/t/acme/c/eu%2F1/n/node%2F.com?from=now-6h",
      "/t/acme/c/eu/n/a%5Cb/m/cpu.usage",
      "/t/acme/c/eu/n/.hidden",
      "/no/such/page",
    ]) {
      const page = await get(url, { accept: "text/html" });
      expect(page.statusCode, url).toBe(200);
      expect(page.body, url).toContain("<title>Foreshock</title>");
      expect(page.headers["cache-control"], url).toBe("no-cache");
    }
  });

  it("keeps files that carry a hash for ever", async () => {
    const file = await get("/assets/main-3fa9.js", {});
    expect(file.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(file.headers["content-type"]).toContain("javascript");
  });

  it("goes out as it was packed when it was built, to those who take it", async () => {
    const plain = "export const text = 'long enough to be packed';".repeat(40);
    const path = join(folder, "assets/main-5b1c.js");
    writeFileSync(path, plain);
    writeFileSync(`${path}.br`, "packed by brotli");
    writeFileSync(`${path}.gz`, "packed by gzip");
    const packed = await openRealServer({ parts: { dashboardDir: folder } });
    const from = async (accepted: string) => {
      const url = "/assets/main-5b1c.js";
      const headers = accepted === "" ? {} : { "accept-encoding": accepted };
      const reply = await packed.app.inject({ method: "GET", url, headers });
      return [reply.headers["content-encoding"] ?? "", reply.headers["content-type"], reply.body];
    };
    const type = "application/javascript; charset=utf-8";
    expect(await from("gzip, deflate, br")).toEqual(["br", type, "packed by brotli"]);
    expect(await from("gzip")).toEqual(["gzip", type, "packed by gzip"]);
    expect(await from("")).toEqual(["", type, plain]);
    await packed.close();
  });

  it("is no answer to machines, nor to files that are not there", async () => {
    for (const url of ["/api/v2/summary", "/assets/gone.js", "/favicon.png", "/.env", "/docs/x"]) {
      const reply = await get(url, { accept: "*/*" });
      expect(reply.statusCode, url).toBe(404);
      expect(reply.headers["content-type"], url).toContain("application/problem+json");
    }
    const posted = await server.app.inject({ method: "POST", url: "/fleet" });
    expect(posted.statusCode).toBe(404);
  });

  it("says how to build it where it is not built", async () => {
    const bare = await openRealServer({ parts: { dashboardDir: join(folder, "none") } });
    const reply = await bare.app.inject({ method: "GET", url: "/" });
    expect(reply.json().hint).toContain("npm run build:dashboard");
    await bare.close();
  });
});
