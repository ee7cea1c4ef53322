import { gzipSync } from "node:zlib";
import type { EncodedBody } from "../src/decode/decoder.ts";
import { decodeLimits } from "../src/ingest/body-budget.ts";
import { encodeWriteRequest, snappy, type TestSeries } from "./remote-write-bytes.ts";

export const BODY_LIMITS = decodeLimits(32 * 1024 * 1024, 200_000);
export const LABELS = { cluster: ["cluster", "job"], node: ["instance"], stripPort: false };
const AT_MS = 1_764_000_000_000;

/** Bytes in memory of their own, so that they can be handed over. */
export function ownBytes(bytes: Uint8Array | string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
}

/** A body of one series; as large as `padding` makes it. */
export function jsonBody(tenantId: string, node = "n1", padding = 0): EncodedBody {
  const series = [{ cluster: "eu", node, metric: "cpu", points: [[AT_MS, 1]] }];
  const text = JSON.stringify({ series }) + " ".repeat(padding);
  const format = { kind: "json" } as const;
  return { tenantId, format, bytes: ownBytes(text), encoding: undefined, limits: BODY_LIMITS };
}

export function csvBody(tenantId: string, text: string): EncodedBody {
  const format = { kind: "csv", names: {} } as const;
  const bytes = ownBytes(gzipSync(text));
  return { tenantId, format, bytes, encoding: "gzip", limits: BODY_LIMITS };
}

/** A remote-write body of one point for each of some metrics of a node. */
export function writeBody(
  tenantId: string,
  metrics: readonly string[],
  metadata: readonly { type: number; family: string }[] = [],
): EncodedBody {
  const series = metrics.map(
    (__name__): TestSeries => ({
      labels: { __name__, job: "api", instance: "n1" },
      samples: [{ atMs: AT_MS, value: 1 }],
    }),
  );
  return {
    tenantId,
    format: { kind: "remote-write", labels: LABELS },
    bytes: ownBytes(snappy(encodeWriteRequest(series, metadata))),
    encoding: "snappy",
    limits: BODY_LIMITS,
  };
}
