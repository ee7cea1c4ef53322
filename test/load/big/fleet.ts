import type { LoadClient } from "../load-client.ts";
import { ScrapeBody } from "../scrape-body.ts";

const SERIES_PER_NODE = 10;
const NODES_PER_CLUSTER = 50;
const SERIES_PER_BODY = 5000;
const BODIES_AT_ONCE = 4;

/** A tenant's series, scraped all together, at whatever pace they are taken. */
export class Fleet {
  readonly #client: LoadClient;
  readonly #bodies: readonly { readonly first: number; readonly body: ScrapeBody }[];

  constructor(client: LoadClient, seriesCount: number, atMs: number) {
    this.#client = client;
    const firsts = Array.from(
      { length: Math.ceil(seriesCount / SERIES_PER_BODY) },
      (_, k) => k * SERIES_PER_BODY,
    );
    this.#bodies = firsts.map((first) => {
      const count = Math.min(SERIES_PER_BODY, seriesCount - first);
      const series = Array.from({ length: count }, (_, k) => nameOf(first + k));
      return { first, body: new ScrapeBody(series, atMs) };
    });
  }

  /** One sample of every series, acknowledged. */
  async scrape(atMs: number): Promise<void> {
    const waiting = [...this.#bodies];
    const send = async () => {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
        const { first, body } = one;
        await this.#send(body.patch(atMs, (index) => valueAt(first + index, atMs)));
      }
    };
    await Promise.all(Array.from({ length: BODIES_AT_ONCE }, send));
  }

  /** One sample of each series of the first node. */
  async scrapeOneNode(atMs: number): Promise<void> {
    const series = Array.from({ length: SERIES_PER_NODE }, (_, k) => nameOf(k));
    const body = new ScrapeBody(series, atMs);
    await this.#send(body.patch(atMs, (index) => valueAt(index, atMs)));
  }

  async #send(bytes: Buffer): Promise<void> {
    await this.#client.post("/write", "application/x-protobuf", bytes, "snappy");
  }
}

function nameOf(series: number) {
  const node = Math.floor(series / SERIES_PER_NODE);
  return {
    metric: `metric_${series % SERIES_PER_NODE}`,
    cluster: `cluster-${Math.floor(node / NODES_PER_CLUSTER)}`,
    node: `node-${node}`,
  };
}

function valueAt(series: number, atMs: number): number {
  const step = atMs / 10_000;
  const noise = (Math.imul(series * 7919 + step, 0x9e3779b1) >>> 0) / 2 ** 32;
  return Math.round(100 * (50 + 10 * Math.sin(step / 1300) + 5 * noise)) / 100;
}
