import { nameOfPlace } from "../platform/packed-batch.ts";
import { LABELS_MAX, placeFault } from "../platform/place-name.ts";
import { BodyBudget, type DecodeLimits } from "./body-budget.ts";
import { IngestProblem } from "./ingest-problem.ts";
import { JsonCursor } from "./json-cursor.ts";
import { type DecodedBody, PackedBuilder } from "./packed-builder.ts";

const NEWLINE = 0x0a;

/**
 * Reads `{"series":[{"cluster","node","metric","metadata"?,"type"?,"counter"?,"points":[[epochMs,value],...]}]}`.
 * A value of null is a missing point (NaN). Times and values are not judged here. A series without
 * points counts as a part; one whose names cannot be used is left out and reported.
 *
 * @throws IngestProblem "malformed_json" | "invalid_series" with a JSON pointer | "body_too_large".
 */
export function readJson(bytes: Buffer, limits: DecodeLimits): DecodedBody {
  const cursor = new JsonCursor(bytes, afterMark(bytes));
  const reader = new SeriesReader(cursor, limits);
  cursor.expect("{");
  const key = cursor.peek() === 0x7d ? "" : cursor.string();
  if (key !== "series") {
    throw invalid("", 'the body is {"series":[...]}', 'name the one key "series"');
  }
  cursor.expect(":");
  cursor.expect("[");
  if (!cursor.take("]")) {
    do {
      reader.read();
    } while (cursor.take(","));
    cursor.expect("]");
  }
  cursor.expect("}");
  cursor.end();
  return reader.builder.cut(bytes.length);
}

/** Reads a series object per line; blank lines count as parts. Pointers begin with `line 4`. */
export function readNdjson(bytes: Buffer, limits: DecodeLimits): DecodedBody {
  const cursor = new JsonCursor(bytes);
  const reader = new SeriesReader(cursor, limits);
  let start = afterMark(bytes);
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    cursor.goTo(start, end, line);
    if (cursor.peek() === -1) reader.budget.spendParts(1);
    else {
      reader.read(line);
      cursor.end();
    }
    start = end + 1;
  }
  return reader.builder.cut(bytes.length);
}

interface Parts {
  cluster?: string;
  node?: string;
  metric?: string;
  metadata?: Record<string, string>;
  type?: SeriesType;
  counter?: boolean;
  points?: true;
}

const KEYS = ["cluster", "node", "metric", "metadata", "type", "counter", "points"] as const;
const TYPES = ["counter", "gauge"] as const;
type SeriesType = (typeof TYPES)[number];
type Key = (typeof KEYS)[number];
const EXAMPLE = 'e.g. {"cluster":"eu","node":"n1","metric":"cpu","points":[[1764000000000,0.7]]}';
const POINT_HINT = "a point is [epoch milliseconds, value]; null stands for a missing value";

/** Reads one series after another into the columns. */
class SeriesReader {
  readonly budget: BodyBudget;
  readonly builder: PackedBuilder;
  readonly #cursor: JsonCursor;
  /** Index of the series in hand, and its line where it has one. */
  #index = -1;
  #line = 0;
  #labels = 0;
  /** Why the series in hand cannot be used. */
  #fault: string | undefined;

  constructor(cursor: JsonCursor, limits: DecodeLimits) {
    this.#cursor = cursor;
    this.budget = new BodyBudget(limits);
    this.builder = new PackedBuilder(this.budget);
  }

  read(line = 0): void {
    const cursor = this.#cursor;
    this.#index++;
    this.#line = line;
    this.#labels = 0;
    this.#fault = undefined;
    if (cursor.peek() !== 0x7b) throw this.#wrongKind("", "a series is an object", EXAMPLE);
    cursor.expect("{");
    const parts: Parts = {};
    if (!cursor.take("}")) {
      do {
        this.#readPart(parts);
      } while (cursor.take(","));
      cursor.expect("}");
    }
    this.#end(parts);
  }

  #end(parts: Parts): void {
    const { cluster, node, metric, metadata, points } = parts;
    if (cluster === undefined || node === undefined || metric === undefined || !points) {
      const missing = (["cluster", "node", "metric", "points"] as const).filter(
        (key) => parts[key] === undefined,
      );
      throw invalid(this.#at(""), `${missing.join(", ")} missing`, EXAMPLE);
    }
    if (this.builder.pending === 0) {
      this.budget.spendParts(1 + this.#labels);
      return;
    }
    this.budget.spendParts(Math.max(0, this.#labels - LABELS_MAX));
    const place = {
      ...{ clusterId: cluster, nodeId: node, metricName: metric },
      ...(metadata === undefined ? {} : { metadata }),
      ...this.#natureOf(parts),
    };
    const fault = this.#fault ?? placeFault(place);
    if (fault === undefined) this.builder.addText(nameOfPlace(place));
    else this.builder.refuse(`${this.#at("")}: ${fault}`);
  }

  /** `type` and `counter` say the same in two ways; an entry `type` of the metadata says it as well. */
  #natureOf({ type, counter, metadata }: Parts): { readonly counter?: boolean } {
    const known = type === undefined ? undefined : type === "counter";
    if (known !== undefined && counter !== undefined && known !== counter) {
      throw invalid(this.#at("type"), "and counter contradict each other", "give one of them");
    }
    const said = known ?? counter ?? typeOf(metadata?.type);
    return said === undefined ? {} : { counter: said };
  }

  #readPart(parts: Parts): void {
    const cursor = this.#cursor;
    const key = (cursor.string() ?? "") as Key;
    if (!KEYS.includes(key)) {
      const hint = `use ${KEYS.join(", ")}`;
      throw invalid(this.#at(""), `"${key.slice(0, 40)}" is no key of a series`, hint);
    }
    if (parts[key] !== undefined) {
      throw invalid(this.#at(key), "is given twice", "give each key once");
    }
    cursor.expect(":");
    if (key === "points") {
      this.#readPoints();
      parts.points = true;
    } else if (key === "metadata") parts.metadata = this.#readMetadata();
    else if (key === "counter") parts.counter = this.#readBoolean(key);
    else if (key === "type") parts.type = this.#readType();
    else parts[key] = this.#readText(key);
  }

  /** A text that is too long to be kept is a fault of its series, and reads as empty. */
  #readText(key: string): string {
    if (this.#cursor.peek() !== 0x22) {
      throw this.#wrongKind(key, "is no string", "put it in quotes");
    }
    const text = this.#cursor.string();
    if (text === undefined) this.#fault ??= `${key} is too long`;
    return text ?? "";
  }

  #readType(): SeriesType {
    const text = this.#readText("type");
    const type = TYPES.find((one) => one === text);
    if (type !== undefined) return type;
    throw invalid(this.#at("type"), `is no "${text.slice(0, 40)}"`, `give ${TYPES.join(" or ")}`);
  }

  #readBoolean(key: Key): boolean {
    if (this.#cursor.takeWord("true")) return true;
    if (this.#cursor.takeWord("false")) return false;
    throw this.#wrongKind(key, "is no boolean", "give true or false");
  }

  /** Entries beyond those that a series may have are gone over, not kept. */
  #readMetadata(): Record<string, string> {
    const cursor = this.#cursor;
    if (cursor.peek() !== 0x7b) {
      throw this.#wrongKind("metadata", "is no object", 'e.g. {"unit":"ms"}');
    }
    cursor.expect("{");
    const entries = new Map<string, string>();
    if (!cursor.take("}")) {
      do {
        const name = cursor.string();
        if (name === undefined) this.#fault ??= "a label's name is too long";
        cursor.expect(":");
        const value = this.#readText(`metadata/${(name ?? "").slice(0, 40)}`);
        if (++this.#labels <= LABELS_MAX) entries.set(name ?? "", value);
        else if (this.#labels > this.budget.limits.partsMax) this.budget.spendParts(this.#labels);
      } while (cursor.take(","));
      cursor.expect("}");
    }
    if (this.#labels > LABELS_MAX) this.#fault ??= `more than ${LABELS_MAX} labels`;
    return Object.fromEntries(entries);
  }

  #readPoints(): void {
    const { budget, builder } = this;
    const cursor = this.#cursor;
    if (cursor.peek() !== 0x5b) throw this.#wrongKind("points", "is no array", POINT_HINT);
    cursor.expect("[");
    if (cursor.take("]")) return;
    do {
      budget.spend(1);
      if (cursor.plainPair()) builder.point(cursor.first, cursor.second);
      else this.#readPoint();
    } while (cursor.take(","));
    cursor.expect("]");
  }

  #readPoint(): void {
    const cursor = this.#cursor;
    const at = `points/${this.builder.pending}`;
    if (!cursor.take("[")) throw this.#wrongKind(at, "is no pair", POINT_HINT);
    if (!startsNumber(cursor.peek())) {
      throw this.#wrongKind(at, "the time is not a number", POINT_HINT);
    }
    const atMs = cursor.number();
    if (cursor.peek() === 0x5d) throw invalid(this.#at(at), "has no value", POINT_HINT);
    cursor.expect(",");
    let value = Number.NaN;
    if (!cursor.takeWord("null")) {
      if (!startsNumber(cursor.peek())) {
        throw this.#wrongKind(at, "the value is neither number nor null", POINT_HINT);
      }
      value = cursor.number();
    }
    if (cursor.peek() === 0x2c) {
      throw invalid(this.#at(at), "holds more than time and value", POINT_HINT);
    }
    cursor.expect("]");
    this.builder.point(atMs, value);
  }

  /** A pointer to a part of the series in hand; to the series itself for "". */
  #at(part: string): string {
    const series = this.#line > 0 ? `line ${this.#line} ` : `/series/${this.#index}`;
    return (part === "" ? series : `${series}/${part}`).trim();
  }

  /** Good JSON of the wrong kind, or no JSON at all. */
  #wrongKind(part: string, message: string, hint: string): IngestProblem {
    return this.#cursor.startsValue()
      ? invalid(this.#at(part), message, hint)
      : this.#cursor.unexpected("a value");
  }
}

function typeOf(entry: string | undefined): boolean | undefined {
  if (entry === "counter") return true;
  return entry === "gauge" ? false : undefined;
}

function startsNumber(byte: number): boolean {
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39);
}

/** Some programs put a byte order mark before their JSON. */
function afterMark(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function invalid(pointer: string, message: string, hint: string): IngestProblem {
  return new IngestProblem("invalid_series", message, hint, pointer);
}
