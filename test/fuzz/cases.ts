import { deflateSync, gzipSync } from "node:zlib";
import { Dice } from "../simulator/dice.ts";
import { mutated, someWord } from "./mutation.ts";

/** What is sent, with nothing of the server's own words for it. */
export type FuzzCase =
  | {
      readonly kind: "body" | "query";
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer | undefined;
    }
  | { readonly kind: "raw"; readonly bytes: Buffer };

/** What cases are made for: the seed, the server's time and a key that is let in. */
export interface FuzzPlace {
  readonly seed: number;
  readonly nowMs: number;
  readonly key: string;
}

/** Case number `index` of a seed: the same in every run, whatever was sent before it. */
export function fuzzCase(place: FuzzPlace, index: number): FuzzCase {
  const dice = new Dice(Math.imul(place.seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  dice.next();
  const share = dice.next();
  if (share < 0.5) return bodyCase(place, dice);
  return share < 0.8 ? queryCase(place, dice) : rawCase(place, dice);
}

interface Door {
  readonly path: string;
  readonly type: string;
  readonly body: (nowMs: number, dice: Dice) => Buffer;
}

const DOORS: readonly Door[] = [
  { path: "/api/v1/ingest", type: "application/json", body: jsonBody },
  { path: "/api/v1/ingest", type: "application/x-ndjson", body: ndjsonBody },
  { path: "/api/v1/ingest/csv", type: "text/csv", body: csvBody },
  { path: "/api/v1/write", type: "application/x-protobuf", body: writeBody },
];

const PACKINGS = [
  "",
  "",
  "",
  "",
  "",
  "gzip",
  "gzip",
  "gzip",
  "snappy",
  "deflate",
  "br",
  "gzip, gzip",
];

function bodyCase({ nowMs, key }: FuzzPlace, dice: Dice): FuzzCase {
  const door = dice.of(DOORS);
  const good = door.body(nowMs, dice);
  const plain = dice.chance(0.7) ? mutated(good, dice) : good;
  const packing = dice.of(PACKINGS);
  const packed = packing.startsWith("gzip") ? gzipSync(plain) : packedAs(packing, plain);
  const body = dice.chance(0.15) ? mutated(packed, dice) : packed;
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    "content-type": dice.chance(0.95) ? door.type : dice.of(DOORS).type,
  };
  const isSnappy = door.path.endsWith("/write") && packing === "";
  if (packing !== "") headers["content-encoding"] = packing;
  else if (isSnappy) headers["content-encoding"] = "snappy";
  const query = dice.chance(0.2) ? `?cluster=${escaped(dice)}&node=${escaped(dice)}` : "";
  const path = door.path + query;
  return { kind: "body", method: "POST", path, headers, body: isSnappy ? literal(body) : body };
}

function packedAs(packing: string, plain: Buffer): Buffer {
  if (packing === "deflate") return deflateSync(plain);
  return packing === "snappy" ? literal(plain) : plain;
}

/** Snappy without compression: the length, then literals of at most 60 bytes. */
function literal(bytes: Buffer): Buffer {
  const parts = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 60) {
    const part = bytes.subarray(at, at + 60);
    parts.push(Buffer.of((part.length - 1) << 2), part);
  }
  return Buffer.concat(parts);
}

/** The reads and their parameters. */
const READS: readonly (readonly [path: string, names: string])[] = [
  ["summary", "tenant"],
  ["health", "tenant"],
  ["calibration", "from to"],
  ["clusters", "tenant"],
  ["nodes", "cluster node"],
  ["metrics", "cluster node"],
  ["series", "cluster node metric limit cursor"],
  ["series/x/points", "from to maxPoints"],
  ["anomalies", "from to cluster node metric minScore label sort limit cursor"],
  ["alarms", "from to cluster node metric minScore state limit cursor"],
  ["findings", "from to limit cursor"],
  ["findings/x", "tenant"],
  ["scores", "from to cluster node level step"],
  ["rankings", "from to cluster node level n"],
  ["settings", "tenant"],
];
const ALL_NAMES =
  "from to cluster node metric minScore label sort limit cursor level step n tenant";

function queryCase({ nowMs, key }: FuzzPlace, dice: Dice): FuzzCase {
  const [read, own] = dice.of(READS);
  const names = (dice.chance(0.9) ? own : ALL_NAMES).split(" ");
  const chosen = new Set(Array.from({ length: dice.whole(0, 4) }, () => dice.of(names)));
  const pairs = [...chosen].map((name) => {
    return `${name}=${dice.chance(0.7) ? sensible(name, nowMs, dice) : escaped(dice)}`;
  });
  const tail = dice.chance(0.1) ? `/${escaped(dice)}` : "";
  const path = `/api/v1/${read}${tail}?${pairs.join("&")}`;
  const method = dice.chance(0.95) ? "GET" : dice.of(["HEAD", "POST", "PUT", "DELETE", "PATCH"]);
  const headers = { authorization: `Bearer ${dice.chance(0.97) ? key : escaped(dice)}` };
  return { kind: "query", method, path, headers, body: undefined };
}

function sensible(name: string, nowMs: number, dice: Dice): string {
  const past = nowMs - dice.whole(0, 2 ** 31);
  const values: Readonly<Record<string, readonly string[]>> = {
    from: ["now-1h", "now-24h", "now-399d", String(past), "2026-07-01"],
    to: ["now", "now%2B1h", String(nowMs)],
    cluster: ["eu", "us"],
    node: ["n0", "n1", "n,2"],
    metric: ["cpu", "mem"],
    minScore: ["0", "0.5", "1"],
    label: ["anomalous", "normal"],
    sort: ["score", "time"],
    level: ["node", "metric", "cluster", "tenant"],
    step: ["1s", "5m", "1h", "400d"],
    state: ["open", "closed"],
    tenant: ["acme", "globex"],
  };
  return dice.of(values[name] ?? ["1", "20", "1000"]);
}

function escaped(dice: Dice): string {
  // Half a surrogate pair has no escaped form.
  return encodeURIComponent(someWord(dice).toWellFormed());
}

function rawCase({ key }: FuzzPlace, dice: Dice): FuzzCase {
  const lines = [
    `${dice.of(["GET", "POST", "OPTIONS", "TRACE", "CONNECT", "get"])} ${dice.of(["/healthz", "/api/v1/nodes", "/api/v1/ingest", "//", "*", "http://x/"])} HTTP/1.${dice.of(["1", "1", "0", "9"])}`,
    "Host: fuzz",
    ...(dice.chance(0.5) ? [`Authorization: Bearer ${key}`] : []),
    ...(dice.chance(0.5)
      ? [`Content-Length: ${dice.of(["0", "5", "-1", "99999999999", "5, 6"])}`]
      : []),
    ...(dice.chance(0.3) ? ["Transfer-Encoding: chunked"] : []),
    ...(dice.chance(0.2) ? ["Expect: 100-continue", "Upgrade: h2c", "Connection: upgrade"] : []),
  ];
  const body = dice.of(["", "hello", "5\r\nhello\r\n0\r\n\r\n", "ffffffffff\r\nx", "{}"]);
  const good = Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`, "latin1");
  return { kind: "raw", bytes: dice.chance(0.8) ? mutated(good, dice) : good };
}

function jsonBody(nowMs: number, dice: Dice): Buffer {
  const series = Array.from({ length: dice.whole(1, 3) }, () => seriesOf(nowMs, dice));
  return Buffer.from(JSON.stringify({ series }));
}

function ndjsonBody(nowMs: number, dice: Dice): Buffer {
  const lines = Array.from({ length: dice.whole(1, 4) }, () =>
    JSON.stringify(seriesOf(nowMs, dice)),
  );
  return Buffer.from(lines.join("\n"));
}

function seriesOf(nowMs: number, dice: Dice) {
  const points = Array.from({ length: dice.whole(0, 6) }, (_, i) => [
    nowMs - i * 60_000,
    dice.whole(-100, 100),
  ]);
  const metadata = dice.chance(0.3) ? { metadata: { unit: "%" } } : {};
  return {
    cluster: "eu",
    node: `n${dice.whole(0, 9)}`,
    metric: dice.of(["cpu", "mem"]),
    ...metadata,
    points,
  };
}

function csvBody(nowMs: number, dice: Dice): Buffer {
  const isWide = dice.chance(0.5);
  const lines = [isWide ? "timestamp,cpu,mem" : "cluster,node,metric,timestamp,value"];
  for (let row = dice.whole(0, 8); row > 0; row--) {
    const at = nowMs - row * 60_000;
    lines.push(isWide ? `${at},${row},"${row}"` : `eu,"n,${row % 3}",cpu,${at},${row}`);
  }
  return Buffer.from(lines.join(dice.of(["\n", "\r\n"])));
}

/** A remote-write request, from the description of the format. */
function writeBody(nowMs: number, dice: Dice): Buffer {
  const label = (name: string, value: string) =>
    field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))]));
  const series = Array.from({ length: dice.whole(1, 3) }, (_, k) => {
    const value = Buffer.alloc(8);
    value.writeDoubleLE(dice.whole(-100, 100));
    const sample = Buffer.concat([Buffer.of(9), value, Buffer.of(16), varint(nowMs)]);
    const labels = [label("__name__", "cpu"), label("instance", `i${k}`), label("job", "eu")];
    return field(1, Buffer.concat([...labels, field(2, sample)]));
  });
  return Buffer.concat(series);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.of(...bytes, left);
}
