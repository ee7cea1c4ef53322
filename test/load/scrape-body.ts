/** A series as Prometheus names it. */
export interface ScrapedSeries {
  readonly metric: string;
  readonly cluster: string;
  readonly node: string;
}

const LITERAL_4_BYTES = 63 << 2;

/**
 * A remote-write body with one sample of each series, written once and then patched for each scrape: a
 * sender that costs little beside the server it measures. Snappy without compression.
 */
export class ScrapeBody {
  readonly bytes: Buffer;
  /** Where the value of each series stands; its time is nine bytes later. */
  readonly #valueAt: readonly number[];

  constructor(series: readonly ScrapedSeries[], atMs: number) {
    const parts: Buffer[] = [];
    const valueAt: number[] = [];
    let length = 0;
    for (const one of series) {
      const part = field(1, timeSeries(one, atMs));
      parts.push(part);
      length += part.length;
      valueAt.push(length - sampleBytes(atMs) + 1);
    }
    const literal = Buffer.alloc(5);
    literal[0] = LITERAL_4_BYTES;
    literal.writeUInt32LE(length - 1, 1);
    const head = Buffer.concat([varint(length), literal]);
    this.bytes = Buffer.concat([head, Buffer.concat(parts)]);
    this.#valueAt = valueAt.map((at) => at + head.length);
  }

  /** Another scrape. @param valueAt of the series with this place in the list. */
  patch(atMs: number, valueAt: (index: number) => number): Buffer {
    const time = varint(atMs);
    for (const [index, at] of this.#valueAt.entries()) {
      this.bytes.writeDoubleLE(valueAt(index), at);
      time.copy(this.bytes, at + 9);
    }
    return this.bytes;
  }
}

function sampleBytes(atMs: number): number {
  return 9 + 1 + varint(atMs).length;
}

function timeSeries({ metric, cluster, node }: ScrapedSeries, atMs: number): Buffer {
  const pairs = [
    ["__name__", metric],
    ["cluster", cluster],
    ["instance", node],
  ].map(([name, value]) =>
    field(1, Buffer.concat([field(1, Buffer.from(name!)), field(2, Buffer.from(value!))])),
  );
  const value = Buffer.alloc(9);
  value[0] = (1 << 3) | 1;
  const sample = Buffer.concat([value, Buffer.of(2 << 3), varint(atMs)]);
  return Buffer.concat([...pairs, field(2, sample)]);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.of(...bytes, rest);
}
