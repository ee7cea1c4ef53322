/** A series as Prometheus names it. */
export interface ScrapedSeries {
  readonly metric: string;
  readonly cluster: string;
  readonly node: string;
}

const LITERAL_4_BYTES = 63 << 2;

/**
 * A remote-write body with some samples of each series, written once and then patched for each scrape: a
 * sender that costs little beside the server it measures. Snappy without compression.
 */
export class ScrapeBody {
  readonly bytes: Buffer;
  readonly #samplesEach: number;
  /** Where each value is, series after series; its time is nine bytes later. */
  readonly #valueAt: readonly number[];

  /** @param samplesEach samples of each series in the body. */
  constructor(series: readonly ScrapedSeries[], atMs: number, samplesEach = 1) {
    const parts: Buffer[] = [];
    const valueAt: number[] = [];
    const fieldBytes = field(2, sample(atMs)).length;
    let length = 0;
    for (const one of series) {
      const part = field(1, timeSeries(one, atMs, samplesEach));
      parts.push(part);
      length += part.length;
      for (let k = samplesEach; k > 0; k--) {
        valueAt.push(length - k * fieldBytes + fieldBytes - sample(atMs).length + 1);
      }
    }
    this.#samplesEach = samplesEach;
    const literal = Buffer.alloc(5);
    literal[0] = LITERAL_4_BYTES;
    literal.writeUInt32LE(length - 1, 1);
    const head = Buffer.concat([varint(length), literal]);
    this.bytes = Buffer.concat([head, Buffer.concat(parts)]);
    this.#valueAt = valueAt.map((at) => at + head.length);
  }

  /**
   * Another scrape, or as many as a body has samples of each series.
   *
   * @param atMs time of the first one.
   * @param valueAt of the series with this place in the list, at this time.
   * @param stepMs from one sample of a series to its next one.
   */
  patch(atMs: number, valueAt: (index: number, atMs: number) => number, stepMs = 0): Buffer {
    const samplesEach = this.#samplesEach;
    for (let k = 0; k < samplesEach; k++) {
      const sampleMs = atMs + k * stepMs;
      const time = varint(sampleMs);
      for (let i = k, index = 0; i < this.#valueAt.length; i += samplesEach, index++) {
        const at = this.#valueAt[i]!;
        this.bytes.writeDoubleLE(valueAt(index, sampleMs), at);
        time.copy(this.bytes, at + 9);
      }
    }
    return this.bytes;
  }
}

function timeSeries(
  { metric, cluster, node }: ScrapedSeries,
  atMs: number,
  samplesEach: number,
): Buffer {
  const pairs = [
    ["__name__", metric],
    ["cluster", cluster],
    ["instance", node],
  ].map(([name, value]) =>
    field(1, Buffer.concat([field(1, Buffer.from(name!)), field(2, Buffer.from(value!))])),
  );
  const samples = Array.from({ length: samplesEach }, () => field(2, sample(atMs)));
  return Buffer.concat([...pairs, ...samples]);
}

/** The value 0 at a time: a number of nine bytes, then the time. */
function sample(atMs: number): Buffer {
  const value = Buffer.alloc(9);
  value[0] = (1 << 3) | 1;
  return Buffer.concat([value, Buffer.of(2 << 3), varint(atMs)]);
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
