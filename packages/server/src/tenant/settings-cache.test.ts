import { expect, it } from "vitest";
import { SettingsCache } from "./settings-cache.ts";
import { DEFAULT_SETTINGS } from "./tenant-settings.ts";

it("reads settings once in two seconds, and at once after a change by this process", () => {
  let reads = 0;
  let atMs = 0;
  const source = {
    settingsRevision: 0,
    settings: () => ({ ...DEFAULT_SETTINGS, budgetDays: ++reads }),
  };
  const cache = new SettingsCache(source, () => atMs);
  const budget = () => cache.of("acme").budgetDays;
  expect([budget(), budget()]).toEqual([1, 1]);
  atMs = 1999;
  expect(budget()).toBe(1);
  source.settingsRevision++;
  expect([budget(), budget()]).toEqual([2, 2]);
  atMs += 2000;
  expect(budget()).toBe(3);
});
