import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { METRIC_BYTES_MAX, NAME_BYTES_MAX, nameFault } from "../../platform/place-name.ts";
import { guarded } from "../sqlite/store-error.ts";
import type { SeriesName } from "./series-dictionary.ts";

/**
 * A second copy of the series names, one line each: points are filed under numbers, so without the
 * names they would be lost with the partition's own file. Labels are those of first sight.
 */
export class NamesFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Adds names, durably. @throws StoreUnavailable. */
  append(names: readonly (readonly [id: number, name: SeriesName])[]): void {
    if (names.length === 0) return;
    const lines = names.map(([id, name]) => encodeName(id, name));
    guarded(this.#file, () => {
      const handle = openSync(this.#file, "a", 0o600);
      try {
        // The leading line break ends a line that a crash or a full disk cut off.
        writeSync(handle, `\n${lines.join("\n")}\n`);
        fdatasyncSync(handle);
      } finally {
        closeSync(handle);
      }
    });
  }

  /** All intact lines, the last one of each number. */
  read(): Map<number, SeriesName> {
    const names = new Map<number, SeriesName>();
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch {
      return names;
    }
    for (const line of text.split("\n")) {
      const entry = decodeName(line);
      if (entry !== undefined) names.set(entry[0], entry[1]);
    }
    return names;
  }
}

/** A name with its number and checksum as one line of text. */
export function encodeName(id: number, name: SeriesName): string {
  const { tenantId, clusterId, nodeId, metricName, metadata } = name;
  const text = JSON.stringify([id, tenantId, clusterId, nodeId, metricName, metadata]);
  return `${crc32(text).toString(16).padStart(8, "0")} ${text}`;
}

/** Undefined when the checksum differs, or a name is none that is taken today: earlier versions took more. */
export function decodeName(line: string): readonly [id: number, name: SeriesName] | undefined {
  const text = line.slice(9);
  if (Number.parseInt(line.slice(0, 8), 16) !== crc32(text)) return undefined;
  const [id, tenantId, clusterId, nodeId, metricName, metadata] = JSON.parse(text);
  const places = [tenantId, clusterId, nodeId];
  const isBad =
    places.some((name) => nameFault(String(name), NAME_BYTES_MAX) !== undefined) ||
    nameFault(String(metricName), METRIC_BYTES_MAX) !== undefined;
  if (isBad) return undefined;
  return [id, { tenantId, clusterId, nodeId, metricName, metadata }];
}
