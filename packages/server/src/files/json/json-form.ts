import type { CsvOptions } from "../read-options.ts";

/** Rows of the long table: cluster, node, metric, timestamp, value. */
export type LongRows = readonly (readonly string[])[];

/** One form of JSON that a monitoring system answers with. */
export interface JsonForm {
  /** As people call it. */
  readonly name: string;
  /** What it is recognised by. */
  readonly evidence: string;
  /** Undefined where the value is of another form. */
  rowsOf(value: unknown, options: CsvOptions): LongRows | undefined;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): JsonObject {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A number or text as a field; "" for anything else, which is a missing value. */
export function fieldOf(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? String(value) : "";
}
