import { cpSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AskedOwner } from "../../testing/asked-owner.ts";
import { type Scratch, scratch } from "../../testing/scratch.ts";
import { REAL_DISK } from "../store/sqlite/disk.ts";
import type { AnnounceQuestion } from "./fresh-series.ts";
import type { OpenAnswer } from "./protocol.ts";
import { nameAt } from "./stored-series.ts";

const START = Date.UTC(2026, 10, 24);
const TENANTS = ["acme", "globex"];
const POINTS = Array.from({ length: 100 }, (_, k) => k);

describe("series that are named before they are announced", () => {
  let place: Scratch;
  beforeEach(async () => {
    place = scratch();
    const owner = ownerIn("first");
    for (const tenantId of TENANTS) owner.send(tenantId, POINTS);
    await owner.settled();
    await owner.ask({ what: "close" });
    for (const copy of ["named", "at once"]) {
      cpSync(`${place.dir}/first`, `${place.dir}/${copy}`, { recursive: true });
    }
  });
  afterEach(() => place.remove());

  it("send nothing until then, and the same as those announced at once", async () => {
    const atOnce = ownerIn("at once");
    await atOnce.takeUp(TENANTS);
    const owner = ownerIn("named");
    const { series } = owner.announcing(TENANTS) as AnnounceQuestion;
    const { stored } = (await owner.ask({ what: "open" })) as OpenAnswer;
    const seriesIds = stored[0]!.seriesIds;
    expect([...seriesIds.keys()].map((k) => nameAt(stored[0]!, k))).toEqual(
      series.map(({ key, metadata }) => ({ ...key, metadata })),
    );
    const handles = Int32Array.from(series, ({ handle }) => handle);
    await owner.ask({ what: "name", stored: [{ partition: 0, seriesIds, handles }] });
    expect(scoredBy(owner)).toEqual([]);
    expect(await owner.ask({ what: "announce", series: [], named: handles, behind: [] })).toBe(
      true,
    );
    const sent = scoredBy(owner);
    expect(sent.flatMap(({ times }) => [...times]).length).toBe(TENANTS.length * POINTS.length);
    expect(sent).toEqual(scoredBy(atOnce));
    for (const one of [owner, atOnce]) await one.ask({ what: "close" });
  });

  function ownerIn(folder: string): AskedOwner {
    return new AskedOwner(`${place.dir}/${folder}`, REAL_DISK, START);
  }

  function scoredBy({ posted }: AskedOwner) {
    return posted.filter((message) => message.type === "scored");
  }
});
