import type { RankingReply, RankingRow } from "@foreshock/client";
import { useRanking } from "../data/queries.ts";
import { lasting, moment, msOf } from "../format/time.ts";
import { useNow } from "../parts/use-now.ts";
import type { Place } from "../state/place.ts";
import { weightsInOnsetOrder } from "./node-order.ts";

type NodePlace = Extract<Place, { page: "node" }>;

/** More than a node has metrics that count. */
const ROWS_MAX = 20;

/** Which metrics the node's rank in this range is made of, in order of onset, and what the data themselves did. */
export function NodeEvidence({ place }: { readonly place: NodePlace }) {
  const { cluster, node } = place;
  const ranking = useRanking(ROWS_MAX, { cluster, node });
  if (ranking.data === undefined) return null;
  const { data, dataQuality } = ranking.data.reply;
  const counted = weightsInOnsetOrder(data);
  if (counted.length === 0 && dataQuality.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="evidence-title">
      <div class="panel-head">
        <h2 id="evidence-title">What weighs most in this range</h2>
        <span class="soft">against the hours before it and the other nodes of {cluster}</span>
      </div>
      <ol class="evidence">
        {counted.map((row) => (
          <Weight key={row.metric} row={row} firstMs={msOf(counted[0]!.onset)} />
        ))}
      </ol>
      <DataQuality findings={dataQuality} />
    </section>
  );
}

function Weight({ row, firstMs }: { readonly row: RankingRow; readonly firstMs: number | null }) {
  const nowMs = useNow();
  const onsetMs = msOf(row.onset);
  return (
    <li>
      <b>{row.metric}</b> {Math.round(100 * (row.share ?? 0))} %
      {onsetMs === null ? null : (
        <span class="soft">
          {firstMs === null || onsetMs <= firstMs
            ? ` since ${moment(onsetMs, nowMs)}`
            : ` started ${lasting(onsetMs - firstMs)} after`}
        </span>
      )}
    </li>
  );
}

function DataQuality({ findings }: { readonly findings: RankingReply["dataQuality"] }) {
  if (findings.length === 0) return null;
  return (
    <ul class="evidence">
      {findings.map(({ metric, reason }) => (
        <li key={metric}>
          <span class="badge">data quality</span> {reason}
        </li>
      ))}
    </ul>
  );
}
