import { afterEach, describe, expect, it } from "vitest";
import { jsonBody, writeBody } from "../../testing/encoded-bodies.ts";
import type { DecoderLoss } from "./decode-events.ts";
import { DecoderPool, type DecoderThread } from "./decoder-pool.ts";
import { type ThreadDecoderOptions, threadDecoders } from "./thread-decoders.ts";

const PLANTED = new URL("../../testing/planted-decoder.ts", import.meta.url);

/** A busy machine is slow, not wrong. */
const LONG_MS = 60_000;

let pool: DecoderPool | undefined;
let losses: DecoderLoss[] = [];

afterEach(async () => {
  await pool?.close();
  losses = [];
});

function open(options: ThreadDecoderOptions = {}, timeMaxMs = LONG_MS): DecoderPool {
  pool = new DecoderPool({
    link: threadDecoders({ heapMbMax: 96, ...options }),
    timeMaxMs,
    after: (delayMs, work) => void setTimeout(work, delayMs).unref(),
    events: { decoderLost: (loss) => losses.push(loss) },
  });
  return pool;
}

function refusalOf(answer: Promise<unknown>): Promise<{ fault?: string; message: string }> {
  return answer.then(
    () => ({ message: "decoded" }),
    (error: { fault?: string; message: string }) => error,
  );
}

describe("threadDecoders", () => {
  it("decode bodies in threads of their own", async () => {
    const decoders = open();
    const answers = Array.from({ length: 20 }, (_, i) =>
      decoders.decode(i % 2 === 0 ? jsonBody("acme") : writeBody("globex", ["up"])),
    );
    const values = (await Promise.all(answers)).map(({ batch }) => [...batch.values]);
    expect(values).toEqual(answers.map(() => [1]));
    expect(losses).toEqual([]);
  });

  it("can be ended by whoever watches memory: the one body is refused, others are decoded", async () => {
    const decoders = open({ entry: PLANTED });
    const bad = refusalOf(decoders.decode(jsonBody("growing")));
    let greedy: DecoderThread | undefined;
    while (greedy === undefined) {
      for (const thread of decoders.threads()) {
        const bytes = await thread.bytes().catch(() => 0);
        if (bytes > 256 * 2 ** 20) greedy = thread;
      }
    }
    greedy.end(new Error("took too much"));
    expect(await bad).toMatchObject({ fault: "body_too_large" });
    expect(losses).toMatchObject([{ tenantId: "growing", kind: "json", reason: "memory" }]);
    for (let k = 0; k < 4; k++) {
      const { batch } = await decoders.decode(jsonBody("acme", `n${k}`));
      expect([...batch.values]).toEqual([1]);
    }
  });

  const PLANTS: [plant: string, fault: string, reason: string][] = [
    ["loop", "decode_limit", "time"],
    ["heap", "body_too_large", "memory"],
    ["columns", "body_too_large", "memory"],
    ["exit", "decode_limit", "ended"],
    ["throws", "decode_limit", "ended"],
  ];
  it.each(PLANTS)("contain a body that does this to them: %s", async (plant, fault, reason) => {
    const decoders = open({ entry: PLANTED }, plant === "loop" ? 4000 : LONG_MS);
    const bad = refusalOf(decoders.decode(jsonBody(plant)));
    const others = Array.from({ length: 10 }, (_, i) => decoders.decode(jsonBody("acme", `n${i}`)));
    for (const { batch } of await Promise.all(others)) expect([...batch.values]).toEqual([1]);
    expect(await bad).toMatchObject({ fault });
    expect(losses).toMatchObject([{ tenantId: plant, kind: "json", reason }]);
    const after = Array.from({ length: 10 }, () => decoders.decode(jsonBody("acme")));
    expect((await Promise.all(after)).length).toBe(10);
    expect(losses.length).toBe(1);
  });

  it("see nothing of the process's environment", async () => {
    expect(Object.keys(process.env).length).toBeGreaterThan(0);
    const { batch } = await open({ entry: PLANTED }).decode(jsonBody("env"));
    expect([batch.values.length, losses]).toEqual([1, []]);
  });
});
