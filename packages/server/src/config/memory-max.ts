import { totalmem } from "node:os";

/** The default: what is left is for the system, its file cache, and whoever shares the machine. */
const PART_OF_MACHINE = 0.75;
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
};

/** Bytes of "4GiB", "700 MiB", "2GB" or a plain number of bytes; undefined for anything else. */
export function sizeOf(text: string): number | undefined {
  const [, digits, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (digits === undefined || factor === undefined) return undefined;
  return Math.floor(Number(digits) * factor);
}

/** Three quarters of what the container allows, or of the machine where there is no such limit. */
export function defaultMemoryMax(): number {
  const [machine, container] = [totalmem(), process.constrainedMemory()];
  const isLimited = container > 0 && container < machine;
  return Math.floor(PART_OF_MACHINE * (isLimited ? container : machine));
}
