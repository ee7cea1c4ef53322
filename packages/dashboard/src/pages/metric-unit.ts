import type { SeriesRow } from "@foreshock/client";

/** The unit that the series' metadata names; empty where it names none. */
export function unitOf({ metadata }: SeriesRow): string {
  return metadata.unit ?? "";
}
