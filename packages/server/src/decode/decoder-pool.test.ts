import { beforeEach, describe, expect, it } from "vitest";
import { csvBody, jsonBody, writeBody } from "../../testing/encoded-bodies.ts";
import { InProcessDecoders } from "../../testing/in-process-decoders.ts";
import { IngestProblem } from "../ingest/ingest-problem.ts";
import { Abandoned } from "../platform/pace.ts";
import { unpackBatch } from "../platform/packed-batch.ts";
import { Unavailable } from "../platform/platform-errors.ts";
import type { DecoderLoss } from "./decode-events.ts";
import { DecoderPool } from "./decoder-pool.ts";

const MIB = 1024 * 1024;

interface Step {
  readonly lane: string;
  readonly work: () => void;
}

let steps: Step[];
let waits: (() => void)[];
let losses: DecoderLoss[];
let decoders: InProcessDecoders;
let pool: DecoderPool;

beforeEach(() => open(2));

function open(decoderCount: number): void {
  [steps, waits, losses] = [[], [], []];
  decoders = new InProcessDecoders((lane, work) => void steps.push({ lane, work }));
  pool = new DecoderPool({
    link: decoders.link,
    decoderCount,
    after: (_delayMs, work) => void waits.push(work),
    events: { decoderLost: (loss) => losses.push(loss) },
  });
}

/** Does what is under way in one decoder, or in all. */
async function work(lane = ""): Promise<void> {
  for (let i = 0; i < steps.length; ) {
    if (!steps[i]!.lane.startsWith(lane)) i++;
    else {
      steps.splice(i, 1)[0]!.work();
      i = 0;
    }
    await Promise.resolve();
  }
}

/** Lets one body be decoded, the one that was handed over first. */
function oneStep(): void {
  steps.shift()!.work();
  steps
    .splice(
      steps.findIndex(({ lane }) => lane.endsWith("out")),
      1,
    )[0]!
    .work();
}

describe("DecoderPool", () => {
  it("gives columns for bodies of every kind, packed or not", async () => {
    const bodies = [
      jsonBody("acme"),
      csvBody("acme", "timestamp,a,b\n1764000000,1,\n1764000060,2,3\n"),
      writeBody("acme", ["up"]),
    ];
    const answers = Promise.all(bodies.map((body) => pool.decode(body)));
    await work();
    const decoded = await answers;
    expect(decoded.map(({ batch }) => [...batch.values])).toEqual([[1], [1, 2, 3], [1]]);
    expect(decoded.map(({ charged }) => charged)).toEqual([1, 4, 1]);
  });

  it("takes turns between tenants: one body of a neighbour, not its queue, comes first", async () => {
    open(1);
    const order: string[] = [];
    const send = (tenantId: string, padding = 0) =>
      pool.decode(jsonBody(tenantId, "n1", padding)).then(() => order.push(tenantId));
    const all = [...Array.from({ length: 5 }, () => send("noisy")), send("quiet"), send("quiet")];
    await work();
    await Promise.all(all);
    expect(order.slice(0, 5)).toEqual(["noisy", "noisy", "quiet", "noisy", "quiet"]);
  });

  it("lets a tenant of large bodies pay for them by waiting while others have as many bytes", async () => {
    open(1);
    const order: string[] = [];
    const send = (tenantId: string, padding: number) =>
      pool.decode(jsonBody(tenantId, "n1", padding)).then(() => order.push(tenantId));
    const all = [send("large", MIB), send("large", MIB)];
    for (let i = 0; i < 40; i++) all.push(send("small", 64 * 1024));
    await work();
    await Promise.all(all);
    const second = order.lastIndexOf("large");
    expect(order.indexOf("large")).toBe(0);
    expect(second).toBeGreaterThan(12);
    expect(second).toBeLessThan(24);
  });

  it("gives a tenant half of the decoders while others wait, and all of them otherwise", async () => {
    const ends: string[] = [];
    const send = (tenantId: string) =>
      pool.decode(jsonBody(tenantId)).then(() => ends.push(tenantId));
    const all = [send("noisy"), send("noisy"), send("noisy")];
    expect(steps.length).toBe(2);
    all.push(send("quiet"));
    oneStep();
    await Promise.resolve();
    expect(steps.map(({ lane }) => lane)).toEqual(["decoder 1", "decoder 0"]);
    await work("decoder 0");
    expect(ends).toContain("quiet");
    await work();
    await Promise.all(all);
  });

  it("keeps half of the decoders free of a tenant's large bodies, also while nobody else waits", async () => {
    const ends: string[] = [];
    const send = (tenantId: string, padding: number) =>
      pool
        .decode(jsonBody(tenantId, "n1", padding))
        .then(() => ends.push(`${tenantId} ${padding}`));
    const all = [send("noisy", MIB), send("noisy", MIB), send("noisy", 0)];
    expect(steps.length).toBe(1);
    all.push(send("quiet", MIB));
    expect(steps.map(({ lane }) => lane)).toEqual(["decoder 0", "decoder 1"]);
    await work("decoder 1");
    expect(ends[0]).toBe(`quiet ${MIB}`);
    await work();
    await Promise.all(all);
  });

  it("keeps a tenant's remote write on the decoder that knows its labels, and nobody waits for that", async () => {
    const home = async (tenantId: string): Promise<string> => {
      const answer = pool.decode(writeBody(tenantId, ["up"]));
      const { lane } = steps[0]!;
      await work();
      await answer;
      return lane;
    };
    const first = await home("acme");
    await decodeOne("globex");
    for (let i = 0; i < 5; i++) expect(await home("acme")).toBe(first);
    const busy = [pool.decode(writeBody("acme", ["a"])), pool.decode(writeBody("acme", ["b"]))];
    expect(steps.length).toBe(1);
    const other = pool.decode(jsonBody("globex"));
    expect(steps.length).toBe(2);
    await work();
    await Promise.all([...busy, other]);
  });

  it("refuses the body that ended its decoder, decodes all others, and never tries it again", async () => {
    const bad = pool.decode(jsonBody("acme", "bad")).catch((error: unknown) => error);
    const others = Array.from({ length: 4 }, (_, i) => pool.decode(jsonBody("globex", `n${i}`)));
    decoders.kill(0);
    expect(decoders.started).toBe(3);
    await work();
    const refusal = await bad;
    expect(refusal).toBeInstanceOf(IngestProblem);
    expect(refusal).toMatchObject({ fault: "decode_limit" });
    const nodes = (await Promise.all(others)).map(
      ({ batch }) => unpackBatch(batch).places[0]!.nodeId,
    );
    expect(nodes).toEqual(["n0", "n1", "n2", "n3"]);
    expect(losses).toMatchObject([{ tenantId: "acme", kind: "json", reason: "ended" }]);
    expect(losses[0]!.bytes).toBeGreaterThan(50);
  });

  it("ends a decoder whose body is still there after the longest time, and not before", async () => {
    const stuck = pool.decode(jsonBody("acme")).catch((error: unknown) => error);
    steps.length = 0;
    for (let look = 0; look < 5; look++) waits.pop()!();
    expect(losses).toEqual([]);
    waits.pop()!();
    expect(losses).toMatchObject([{ tenantId: "acme", reason: "time" }]);
    expect(await stuck).toMatchObject({ fault: "decode_limit" });
    const after = pool.decode(jsonBody("acme"));
    await work();
    expect((await after).batch.values.length).toBe(1);
  });

  it("starts an idle decoder again only after a while", () => {
    decoders.kill(0);
    expect(decoders.started).toBe(2);
    waits.pop()!();
    expect(decoders.started).toBe(3);
  });

  it("leaves out bodies that nobody waits for any more, and lets go of their bytes", async () => {
    open(1);
    const gone = new AbortController();
    const first = pool.decode(jsonBody("acme"));
    const second = pool.decode(jsonBody("acme"), gone.signal).catch((error: unknown) => error);
    const third = pool.decode(jsonBody("acme"));
    gone.abort();
    expect(await second).toBeInstanceOf(Abandoned);
    await work();
    await Promise.all([first, third]);
    expect(pool.depth).toBe(0);
  });

  it("refuses what waits when it closes", async () => {
    const all = Array.from({ length: 4 }, () =>
      pool.decode(jsonBody("acme")).catch((error: unknown) => error),
    );
    await pool.close();
    for (const answer of await Promise.all(all)) expect(answer).toBeInstanceOf(Unavailable);
    await expect(pool.decode(jsonBody("acme"))).rejects.toThrow("stopping");
  });
});

async function decodeOne(tenantId: string): Promise<void> {
  const answer = pool.decode(jsonBody(tenantId));
  await work();
  await answer;
}
