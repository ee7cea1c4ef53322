/** Names of time columns, the likeliest first. */
export const TIME_NAMES: readonly string[] = [
  ...["timestamp", "time", "datetime", "date", "ts", "@timestamp", "_time", "date_time"],
  ...["date/time", "timestamps", "time_stamp", "utc_time", "clock", "zeit", "datum", "zeitstempel"],
  ...["epoch", "epoch_ms", "unixtime", "unix_time", "timestamp_ms", "time_ms", "timestamp (utc)"],
];

/** Names that times have where no other column holds any, such as that of a bill per day. */
export const WEAK_TIME_NAMES: readonly string[] = ["day", "month", "when", "period", "bucket"];

export function isTimeName(name: string): boolean {
  return TIME_NAMES.includes(name.trim().toLowerCase());
}
