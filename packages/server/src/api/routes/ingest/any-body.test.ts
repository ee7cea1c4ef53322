import { describe, expect, it } from "vitest";
import { goodBodies } from "../../../../testing/good-bodies.ts";
import { IngestSender } from "../../../../testing/ingest-sender.ts";
import { dice, mutated } from "../../../../testing/mutations.ts";

/** FORESHOCK_FUZZ=first,count runs other seeds than those of the gate, of each format. */
const [FIRST = 1, COUNT = 200] = (process.env.FORESHOCK_FUZZ ?? "").split(",").flatMap(numberOf);

function numberOf(text: string): number[] {
  return /^\d+$/.test(text) ? [Number(text)] : [];
}

describe("a way in for points", () => {
  it("answers any change of a good body with a 2xx or a problem that says what to do", async () => {
    const sender = await IngestSender.start({ limits: { pointsPerSecond: 1e9, pointsBurst: 1e9 } });
    const statuses = new Map<number, number>();
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      for (const { path, type, encoding, plain, pack } of goodBodies(sender.nowMs - 5000)) {
        const roll = dice(seed);
        const bytes = roll(8) === 0 ? mutated(pack(plain), roll) : pack(mutated(plain, roll));
        sender.server.clock.pass(100);
        const headers = { "content-type": type, "content-encoding": encoding };
        const reply = await sender.post(path, bytes, headers);
        const { statusCode } = reply;
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
        expect(statusCode, `seed ${seed}, ${path}`).toBeLessThan(500);
        if (statusCode >= 300) expect(reply.json().hint, `seed ${seed}, ${path}`).toBeTruthy();
      }
    }
    await sender.close();
    expect([...statuses.keys()].sort()).toEqual(expect.arrayContaining([200, 204, 400]));
    expect(statuses.has(429)).toBe(false);
  });
});
