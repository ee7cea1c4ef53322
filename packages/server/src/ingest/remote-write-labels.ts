import type { LabelNames } from "../platform/label-names.ts";
import { LABEL_NAME_BYTES_MAX, LABEL_VALUE_BYTES_MAX, LABELS_MAX } from "../platform/place-name.ts";
import { BYTES, broken, ProtobufReader } from "./protobuf.ts";
import { LABEL, SERIES } from "./remote-write-fields.ts";
import { type LabelledSeries, placeOf } from "./series-labels.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The place of a timeseries whose fields stand in [start, end). Lengths are judged before a text is
 * made of the bytes.
 *
 * @returns what is wrong, as text, where the labels cannot be used.
 * @throws IngestProblem "malformed_body".
 */
export function placeOfBytes(
  bytes: Buffer,
  start: number,
  end: number,
  names: LabelNames,
): LabelledSeries | string {
  const reader = new ProtobufReader(bytes);
  reader.at = start;
  reader.end = end;
  const label = new LabelText();
  const labels = new Map<string, string>();
  while (reader.next()) {
    if (reader.field !== SERIES.labels) {
      reader.skip();
      continue;
    }
    label.read(reader);
    const fault = label.lengthFault(bytes);
    if (fault !== undefined) return fault;
    const name = label.name(bytes);
    if (labels.has(name)) return `the label ${name.slice(0, 40)} is given twice`;
    // __name__ is not counted: it is the metric itself.
    if (labels.size > LABELS_MAX) return `more than ${LABELS_MAX} labels`;
    labels.set(name, label.value(bytes));
  }
  return placeOf(labels, names);
}

/** Where the name and the value of one label stand; of fields given twice the last counts. */
class LabelText {
  #nameFrom = 0;
  #nameTo = 0;
  #valueFrom = 0;
  #valueTo = 0;

  read(reader: ProtobufReader): void {
    const seriesEnd = reader.enter();
    this.#nameFrom = this.#nameTo = this.#valueFrom = this.#valueTo = 0;
    while (reader.next()) {
      const { field } = reader;
      if (field !== LABEL.name && field !== LABEL.value) {
        reader.skip();
        continue;
      }
      reader.demand(BYTES);
      const length = reader.length();
      const from = reader.at;
      reader.at = from + length;
      if (field === LABEL.name) [this.#nameFrom, this.#nameTo] = [from, reader.at];
      else [this.#valueFrom, this.#valueTo] = [from, reader.at];
    }
    reader.leave(seriesEnd);
  }

  lengthFault(bytes: Buffer): string | undefined {
    if (this.#nameTo - this.#nameFrom > LABEL_NAME_BYTES_MAX) {
      return `a label's name is longer than ${LABEL_NAME_BYTES_MAX} bytes`;
    }
    if (this.#valueTo - this.#valueFrom <= LABEL_VALUE_BYTES_MAX) return undefined;
    return `label ${this.name(bytes)} is longer than ${LABEL_VALUE_BYTES_MAX} bytes`;
  }

  name(bytes: Buffer): string {
    return text(bytes, this.#nameFrom, this.#nameTo);
  }

  value(bytes: Buffer): string {
    return text(bytes, this.#valueFrom, this.#valueTo);
  }
}

function text(bytes: Buffer, from: number, to: number): string {
  try {
    return UTF8.decode(bytes.subarray(from, to));
  } catch {
    throw broken("has a label that is not UTF-8");
  }
}
