import type { FindingRow } from "@foreshock/client";
import { useMemo } from "react";
import { useFindings } from "../data/queries.ts";
import { useNow } from "../parts/use-now.ts";
import { resolveRange } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import { findingsHere } from "./finding-place.ts";

/** Findings of a cluster or a node that were going on in the page's range; the one that is followed first. */
export function useFindingsHere(place: {
  readonly cluster: string;
  readonly node?: string;
}): readonly FindingRow[] {
  const { data } = useFindings();
  const { view } = useView();
  const nowMs = useNow();
  const { cluster, node } = place;
  return useMemo(() => {
    const range = resolveRange(view, nowMs);
    const where = node === undefined ? { cluster } : { cluster, node };
    return findingsHere(data ?? [], where, { range, nowMs, followed: view.finding });
  }, [data, cluster, node, view, nowMs]);
}
