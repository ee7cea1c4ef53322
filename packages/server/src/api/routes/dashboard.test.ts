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
