import { snappy } from "./snappy.ts";

/** Builds bodies of Prometheus remote write 1.0: protobuf in snappy's block format. */

const NAME = Buffer.from("__name__");

export interface WriteSample {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  readonly atMs: number;
}

/** One WriteRequest with one sample per series, compressed as a sender would. */
export function writeRequest(samples: readonly WriteSample[]): Buffer {
  return snappy(Buffer.concat(samples.map((sample) => field(1, timeSeries(sample)))));
}

function timeSeries({ labels, value, atMs }: WriteSample): Buffer {
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  const number = Buffer.alloc(9);
  number[0] = (1 << 3) | 1;
  number.writeDoubleLE(value, 1);
  const sample = Buffer.concat([number, Buffer.from([2 << 3]), varint(atMs)]);
  const pairs = sorted.map(([name, text]) => {
    const named = name === "__name__" ? NAME : Buffer.from(name);
    return field(1, Buffer.concat([field(1, named), field(2, Buffer.from(text))]));
  });
  return Buffer.concat([...pairs, field(2, sample)]);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
