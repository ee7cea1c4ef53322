// node sender.ts: sends what a line of JSON on standard input tells it, and ends when all is acknowledged.
import { text } from "node:stream/consumers";
import { LoadClient } from "../load-client.ts";
import { ScrapeBody, type ScrapedSeries } from "../scrape-body.ts";
import { type Sending, STEP_MS } from "./shape.ts";

const METRICS_PER_NODE = 12;
const NODES_PER_CLUSTER = 20;
const TYPE = "application/x-protobuf";

const sending = JSON.parse(await text(process.stdin)) as Sending;
await Promise.all(sending.keys.map((key) => sendAll(new LoadClient(sending.url, key), sending)));

/** One round after the other, as a scraper has them; the bodies of a round at once. */
async function sendAll(client: LoadClient, { shape, startMs }: Sending): Promise<void> {
  const { seriesEach, bodiesAtOnce, pointsEach, rounds } = shape;
  const perBody = Math.ceil(seriesEach / bodiesAtOnce);
  const bodies = Array.from({ length: bodiesAtOnce }, (_, k) => {
    const first = k * perBody;
    const series = Array.from({ length: Math.min(perBody, seriesEach - first) }, (_, i) =>
      seriesAt(first + i),
    );
    return { first, body: new ScrapeBody(series, startMs, pointsEach) };
  });
  for (let round = 0; round < rounds; round++) {
    const atMs = startMs + round * pointsEach * STEP_MS;
    await Promise.all(
      bodies.map(({ first, body }) => {
        const bytes = body.patch(atMs, (i, sampleMs) => valueAt(first + i, sampleMs), STEP_MS);
        return client.post("/write", TYPE, bytes, "snappy");
      }),
    );
  }
  client.end();
}

function seriesAt(index: number): ScrapedSeries {
  const node = Math.floor(index / METRICS_PER_NODE);
  return {
    metric: `metric_${index % METRICS_PER_NODE}`,
    cluster: `cluster-${Math.floor(node / NODES_PER_CLUSTER)}`,
    node: `node-${node}`,
  };
}

/** A slow wave with noise, by a hash of series and minute, in hundredths. */
function valueAt(index: number, atMs: number): number {
  const minute = atMs / STEP_MS;
  const noise = (Math.imul(index * 7919 + minute, 0x9e3779b1) >>> 0) / 2 ** 32;
  return Math.round(100 * (50 + 10 * Math.sin(minute / 229) + 5 * noise)) / 100;
}
