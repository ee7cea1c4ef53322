import { ODD_BODIES, type OddBody } from "../../../packages/server/testing/odd-bodies.ts";
import { LoadClient } from "../load-client.ts";
import { LoadServer, WIDE } from "../load-server.ts";
import type { DoublingRow } from "./doubling-row.ts";

const FIRST = 32_768;
const TIMES = 3;
const SIZES = [1, 2, 4] as const;
const DOORS = {
  csv: { path: "/ingest/csv", type: "text/csv" },
  json: { path: "/ingest", type: "application/json" },
  ndjson: { path: "/ingest", type: "application/x-ndjson" },
  "remote-write": { path: "/write", type: "application/x-protobuf" },
} as const;

/** Blank and quoted lines, empty series, many columns and the like: taken or refused, at three sizes. */
export async function oddBodies(scale: number): Promise<DoublingRow[]> {
  const server = new LoadServer(SIZES.map((size) => ({ tenant: `t${size}`, limits: WIDE })));
  try {
    await server.start();
    const rows: DoublingRow[] = [];
    for (const odd of ODD_BODIES) rows.push(await rowOf(server, odd, Math.round(scale * FIRST)));
    return rows;
  } finally {
    await server.remove();
  }
}

async function rowOf(server: LoadServer, odd: OddBody, n: number): Promise<DoublingRow> {
  const cpuMs: number[] = [];
  // Once unmeasured: the code is compiled then.
  await leastOf(server, odd, "t1", n);
  for (const size of SIZES) cpuMs.push(await leastOf(server, odd, `t${size}`, size * n));
  const [one, two, four] = cpuMs;
  const what = `${odd.format.kind}: ${odd.what}`;
  return { shape: "odd bodies", what, n, cpuMs: [one!, two!, four!] };
}

async function leastOf(server: LoadServer, odd: OddBody, tenant: string, n: number) {
  const client = new LoadClient(server.url, server.keys.get(tenant)!);
  const { path, type } = DOORS[odd.format.kind];
  const body = odd.make(n);
  const snappy = odd.format.kind === "remote-write" ? "snappy" : undefined;
  const encoding = odd.encoding ?? snappy;
  const packed = encoding === undefined ? {} : { "content-encoding": encoding };
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < TIMES; k++) {
    const { cpuMs } = await server.settle();
    const headers = { "content-type": type, ...packed };
    const { status } = await client.send({ method: "POST", path, headers, body });
    if (status >= 500) throw new Error(`${odd.what}: ${status}`);
    least = Math.min(least, (await server.settle()).cpuMs - cpuMs);
  }
  client.end();
  return least;
}
