import { gzipSync } from "node:zlib";
import type { BodyFormat } from "../src/decode/decoder.ts";
import { LABELS } from "./encoded-bodies.ts";
import { encodeWriteRequest, snappy } from "./remote-write-bytes.ts";

/** A body that is taken, before and after its sender packs it, and where it goes. */
export interface GoodBody {
  readonly format: BodyFormat;
  readonly path: string;
  readonly type: string;
  readonly encoding: "gzip" | "snappy";
  readonly plain: Buffer;
  readonly pack: (plain: Buffer) => Buffer;
}

/** Bodies with a bit of everything that their formats have, at this time. */
export function goodBodies(atMs: number): readonly GoodBody[] {
  const series = [
    {
      ...{ cluster: "eu", node: "n\u00e9", metric: 'a "b"', metadata: { unit: "ms", x: "" } },
      points: [
        [atMs, 1.5],
        [atMs + 1000, null],
        [atMs + 2000, -1e-7],
      ],
    },
    { cluster: "eu", node: "n2", metric: "hits", counter: true, points: [[atMs, 7]] },
  ];
  const at = new Date(atMs).toISOString();
  const json = { path: "/api/v1/ingest", encoding: "gzip", pack: gzipSync } as const;
  const csv = { ...json, path: "/api/v1/ingest/csv", type: "text/csv" } as const;
  const long = `cluster,node,metric,timestamp,value\neu,"n ""1""",cpu,${at},1\n\neu,n2,mem,${at},\n`;
  const csvFormat = { kind: "csv", names: {} } as const;
  return [
    {
      ...json,
      format: { kind: "json" },
      type: "application/json",
      plain: Buffer.from(JSON.stringify({ series })),
    },
    {
      ...json,
      format: { kind: "ndjson" },
      type: "application/x-ndjson",
      plain: Buffer.from(series.map((one) => JSON.stringify(one)).join("\n")),
    },
    { ...csv, format: csvFormat, plain: Buffer.from(long) },
    {
      ...csv,
      format: csvFormat,
      plain: Buffer.from(`timestamp;a;b\n${at};1,5;\n"${at}";2;"3"\n`.replace("1,5", "1.5")),
    },
    {
      format: { kind: "remote-write", labels: LABELS },
      path: "/api/v1/write",
      type: "application/x-protobuf",
      encoding: "snappy",
      plain: writeRequest(atMs),
      pack: snappy,
    },
  ];
}

function writeRequest(atMs: number): Buffer {
  return encodeWriteRequest(
    [
      {
        labels: { __name__: "up", job: "api", instance: "n1", path: "/\u00e9" },
        samples: [
          { atMs, value: 1 },
          { atMs: atMs + 1, value: 0, stale: true },
        ],
        exemplars: 1,
      },
      { labels: { __name__: "h_total" }, samples: [{ atMs, value: 2 }], histograms: 1 },
    ],
    [{ type: 1, family: "hits" }],
  );
}
