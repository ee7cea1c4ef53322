// node noisy-neighbour.ts URL KEY: a tenant at ten times its limits, by every means, until the end of
// standard input; then prints how it was answered. A process of its own: what it takes is its own.
import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { LoadClient } from "../load-client.ts";
import { ScrapeBody } from "../scrape-body.ts";

const [url, key] = process.argv.slice(2) as [string, string];
/** As late as points may come; some are later. */
const LATE_MS = 2.1 * 3_600_000;
const AT_ONCE_MAX = 64;
const SLOW_UPLOADS = 40;

const client = new LoadClient(url, key);
const answers: Record<string, Record<string, number>> = {};
let running = true;
let named = 0;
let turn = 0;

const ring = Array.from({ length: 40 }, (_, b) => fleet("load", 250, 250 * b));
const late = fleet("load", 250, 0);
const manyPoints = gzipSync(bodyOf(190_000));
const bomb = gzipSync(Buffer.alloc(200_000_000, 32));

/** Ten times 50 pushes, 10,000 points and 20 reads per second. */
const KINDS: readonly (readonly [kind: string, perSecond: number, send: () => Promise<number>])[] =
  [
    ["points", 440, () => write(ring[turn++ % ring.length]!.patch(Date.now(), Math.random))],
    ["late points", 30, () => write(late.patch(Date.now() - lateBy(), whole))],
    ["new names", 20, () => write(fleet("new", 500, 500 * named++).bytes)],
    ["big gzip", 8, () => packed(manyPoints)],
    ["gzip bombs", 2, () => packed(bomb)],
    ["wide reads", 200, () => read()],
  ];

for (const [kind, perSecond, send] of KINDS) pace(kind, perSecond, send);
for (let k = 0; k < SLOW_UPLOADS; k++) slowUpload();
process.stdin.resume();
process.stdin.on("end", () => {
  running = false;
  console.log(JSON.stringify(answers));
  process.exit(0);
});

/** As many per second as asked for, as far as answers come at all. */
function pace(kind: string, perSecond: number, send: () => Promise<number>): void {
  let atWork = 0;
  let sent = 0;
  const beganMs = performance.now();
  const tick = setInterval(() => {
    const due = ((performance.now() - beganMs) / 1000) * perSecond;
    for (; sent < due; sent++) {
      if (atWork >= AT_ONCE_MAX) continue;
      atWork++;
      send()
        .then((status) => count(kind, String(status)))
        .catch(() => count(kind, "none"))
        .finally(() => atWork--);
    }
    if (!running) clearInterval(tick);
  }, 20);
}

function count(kind: string, status: string): void {
  const of = answers[kind] ?? {};
  answers[kind] = of;
  of[status] = (of[status] ?? 0) + 1;
}

async function write(body: Buffer): Promise<number> {
  const headers = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };
  return (await client.send({ method: "POST", path: "/write", headers, body })).status;
}

async function packed(body: Buffer): Promise<number> {
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  return (await client.send({ method: "POST", path: "/ingest", headers, body })).status;
}

async function read(): Promise<number> {
  const paths = [
    "/scores?level=node&from=now-30d&to=now&step=5m",
    "/rankings?level=metric&from=now-30d&to=now&n=1000",
    "/rankings?level=node&from=now-399d&to=now&n=1000",
    "/anomalies?from=now-399d&to=now&minScore=0&limit=1000",
    "/findings?from=now-399d&to=now",
    "/series?limit=1000",
  ];
  return (await client.send({ path: paths[turn++ % paths.length]! })).status;
}

/** Begins a body and goes on a byte per second; again when it is ended. */
function slowUpload(): void {
  if (!running) return;
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const sent = request(`${url}/api/v1/ingest`, { method: "POST", headers });
  sent.write('{"series":[');
  const more = setInterval(() => sent.write(" "), 1000);
  sent.on("response", (reply) => {
    count("slow uploads", String(reply.statusCode));
    reply.resume();
  });
  sent.on("error", () => count("slow uploads", "none"));
  sent.on("close", () => {
    clearInterval(more);
    setTimeout(slowUpload, 1000);
  });
}

function fleet(stem: string, count: number, first: number): ScrapeBody {
  const series = Array.from({ length: count }, (_, k) => {
    const id = first + k;
    return { metric: `metric_${id % 10}`, cluster: stem, node: `${stem}-${Math.floor(id / 10)}` };
  });
  return new ScrapeBody(series, Date.now());
}

function bodyOf(points: number): string {
  const nowMs = Date.now();
  const all = Array.from({ length: points }, (_, i) => [nowMs - 1000 * i, i % 100]);
  return JSON.stringify({ series: [{ cluster: "big", node: "n", metric: "m", points: all }] });
}

function lateBy(): number {
  return Math.floor(LATE_MS * Math.random());
}

function whole(index: number): number {
  return index % 100;
}
