import { readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, loadavg, totalmem } from "node:os";
import type { EpochMs } from "@foreshock/core/fold";
import type { IngestSeries } from "../platform/ingest-series.ts";

export const THIS_CLUSTER = "this-machine";
export const THIS_NODE = "localhost";
const MIB = 1024 * 1024;
const SECTOR_BYTES = 512;

interface Reading {
  readonly unit: string;
  readonly value: number;
  readonly counter?: boolean;
}

/**
 * The machine that the demo runs on, as a node: CPU, load, memory everywhere; disk and network where
 * the kernel reports (Linux). Each call gives one point per metric; the first has no CPU yet.
 */
export class ThisMachine {
  #busyMs = 0;
  #totalMs = 0;

  sample(atMs: EpochMs): IngestSeries[] {
    const readings: Record<string, Reading | undefined> = {
      cpu_usage: this.#cpu(),
      load1: { unit: "", value: loadavg()[0]! / availableParallelism() },
      memory_used: { unit: "%", value: memoryUsed() },
      disk_io: counterOf("MB/s", diskBytes()),
      net_rx: counterOf("MB/s", netBytes(0)),
      net_tx: counterOf("MB/s", netBytes(8)),
    };
    return Object.entries(readings).flatMap(([metricName, reading]) =>
      reading === undefined ? [] : [seriesOf(metricName, reading, atMs)],
    );
  }

  /** Share of the time since the last call in which the cores worked. */
  #cpu(): Reading | undefined {
    let busyMs = 0;
    let totalMs = 0;
    for (const { times } of cpus()) {
      const working = times.user + times.nice + times.sys + times.irq;
      busyMs += working;
      totalMs += working + times.idle;
    }
    const spentMs = totalMs - this.#totalMs;
    const share = (busyMs - this.#busyMs) / spentMs;
    const first = this.#totalMs === 0;
    this.#busyMs = busyMs;
    this.#totalMs = totalMs;
    return first || spentMs <= 0 ? undefined : { unit: "%", value: 100 * share };
  }
}

function seriesOf(metricName: string, reading: Reading, atMs: EpochMs): IngestSeries {
  const { unit, value, counter } = reading;
  return {
    clusterId: THIS_CLUSTER,
    nodeId: THIS_NODE,
    metricName,
    metadata: unit === "" ? {} : { unit },
    ...(counter === true ? { counter } : {}),
    timestampsMs: Float64Array.of(atMs),
    values: Float64Array.of(value),
  };
}

function counterOf(unit: string, bytes: number | undefined): Reading | undefined {
  return bytes === undefined ? undefined : { unit, value: bytes / MIB, counter: true };
}

/** Linux counts the cache as free; elsewhere the system's own free memory has to do. */
function memoryUsed(): number {
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(textOf("/proc/meminfo"))?.[1];
  const free = available === undefined ? freemem() : Number(available) * 1024;
  return 100 * (1 - free / totalmem());
}

/** Bytes read and written by whole disks since the start; undefined where the kernel does not report them. */
function diskBytes(): number | undefined {
  const rows = textOf("/proc/diskstats")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , name = ""]) => /^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+)$/.test(name));
  if (rows.length === 0) return undefined;
  return rows.reduce((sum, row) => sum + SECTOR_BYTES * (Number(row[5]) + Number(row[9])), 0);
}

/** Bytes received (field 0) or sent (field 8) on all interfaces but loopback. */
function netBytes(field: number): number | undefined {
  const rows = textOf("/proc/net/dev")
    .split("\n")
    .map((line) => line.split(":"))
    .filter(([name = "", counts]) => counts !== undefined && name.trim() !== "lo");
  if (rows.length === 0) return undefined;
  return rows.reduce((sum, [, counts = ""]) => sum + Number(counts.trim().split(/\s+/)[field]), 0);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // Not Linux: the metric is left out.
  }
}
