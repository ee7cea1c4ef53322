import { describe, expect, it } from "vitest";
import { ConfigProblem, readConfig } from "./config.ts";

describe("readConfig", () => {
  it("keeps everything and scrubs once a day where nothing is said", () => {
    expect(readConfig({}, {})).toMatchObject({ retentionDays: 0, scrubEveryMs: 86_400_000 });
  });

  it("takes flags before the environment", () => {
    const env = { FORESHOCK_RETENTION_DAYS: "400", FORESHOCK_SCRUB_HOURS: "0" };
    expect(readConfig({}, env)).toMatchObject({ retentionDays: 400, scrubEveryMs: 0 });
    const flags = { retention: 30, scrubHours: 12 };
    expect(readConfig(flags, env)).toMatchObject({ retentionDays: 30, scrubEveryMs: 43_200_000 });
  });

  it("refuses what would delete days that detection needs, and what is not a number of days", () => {
    for (const days of ["1", "2", "-5", "3.5", "a month"]) {
      expect(() => readConfig({}, { FORESHOCK_RETENTION_DAYS: days }), days).toThrow(ConfigProblem);
    }
    expect(readConfig({ retention: 3 }, {}).retentionDays).toBe(3);
    expect(() => readConfig({ scrubHours: 600 }, {})).toThrow(ConfigProblem);
  });

  it("takes trusted proxies as addresses and networks, and nothing else", () => {
    const given = (text: string) => readConfig({ trustedProxies: text }, {}).trustedProxies;
    expect(given("10.0.0.0/8, 192.168.1.7,fd00::/8")).toEqual([
      "10.0.0.0/8",
      "192.168.1.7",
      "fd00::/8",
    ]);
    expect(readConfig({}, {}).trustedProxies).toEqual([]);
    for (const bad of ["true", "10.0.0.0/33", "10.0.0/8", "10.0.0.1/8/2", "proxy.local"]) {
      expect(() => given(bad), bad).toThrow(ConfigProblem);
    }
  });
});
