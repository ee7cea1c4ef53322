import type { ClusterRow } from "@foreshock/client";
import { laneRows } from "../chart/lane-rows.ts";
import { Lanes } from "../chart/lanes.tsx";
import { useClusters, useNodeScores, useNodes } from "../data/queries.ts";
import { fleetGroups, type Highest, highestOf, rankedCells } from "../fleet/fleet-cells.ts";
import { count, counted } from "../format/number.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Breadcrumbs } from "../parts/breadcrumbs.tsx";
import { Go } from "../parts/go.tsx";
import { useSession } from "../session/session.tsx";
import { SeverityMark } from "../severity/severity-mark.tsx";
import type { Place } from "../state/place.ts";
import { followsNow } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import { FindingCard } from "./finding-card.tsx";
import { NodeTable } from "./node-table.tsx";
import { useFindingsHere } from "./use-findings-here.ts";

const CELLS_MAX = 340;
/** Lanes shown; the table under them has every node. */
const LANES_MAX = 24;

type ClusterPlace = Extract<Place, { page: "cluster" }>;

/** Which nodes of this cluster, and since when? */
export function ClusterPage({ place }: { readonly place: ClusterPlace }) {
  const clusters = useClusters();
  return (
    <main class="page" id="main">
      <Breadcrumbs place={place} />
      <Await asked={clusters} height={560}>
        {(rows) => {
          const row = rows.find(({ cluster }) => cluster === place.cluster);
          if (row === undefined) {
            return <Empty kind="nodata" title={`No cluster "${place.cluster}".`} />;
          }
          return <Cluster row={row} />;
        }}
      </Await>
    </main>
  );
}

function Cluster({ row }: { readonly row: ClusterRow }) {
  const nodes = useNodes(row.cluster);
  const scores = useNodeScores(CELLS_MAX, row.cluster);
  const { view } = useView();
  const past = !followsNow(view);
  const highest = scores.data === undefined ? undefined : highestOf(scores.data.reply);
  return (
    <>
      <div class="page-head">
        <h1>{row.cluster}</h1>
        {past ? null : <SeverityMark severity={row.severity} score={row.score} />}
        <p class="soft facts">
          {highest === undefined ? null : (
            <span>
              {count(anomalousIn(highest))} of {counted(highest.size, "node")} anomalous in this
              range
            </span>
          )}
          <span>
            now {count(row.anomalousNodes)} of {counted(row.nodes, "node")}
          </span>
          <span>{count(row.series)} series</span>
        </p>
      </div>
      <ClusterFindings cluster={row.cluster} />
      <NodeLanes cluster={row.cluster} />
      <section class="panel table-panel" aria-labelledby="nodes-title">
        <div class="panel-head">
          <h2 id="nodes-title">Nodes</h2>
          <span class="soft">highest score in this range first</span>
        </div>
        <Await asked={nodes} height={320}>
          {(rows) => (
            <NodeTable
              cells={rankedCells(fleetGroups(rows, highest), [])}
              caption={`Nodes of ${row.cluster}, highest score in this range first`}
              oneCluster
              inRange={highest !== undefined}
            />
          )}
        </Await>
      </section>
    </>
  );
}

function anomalousIn(highest: ReadonlyMap<string, Highest>): number {
  return [...highest.values()].filter(({ score }) => (score ?? 0) >= 0.5).length;
}

function ClusterFindings({ cluster }: { readonly cluster: string }) {
  const findings = useFindingsHere({ cluster });
  if (findings.length === 0) return null;
  return (
    <ol class="findings" aria-label="Findings of this cluster in this range">
      {findings.map((finding, i) => (
        <FindingCard key={finding.id} finding={finding} rank={i + 1} />
      ))}
    </ol>
  );
}

function NodeLanes({ cluster }: { readonly cluster: string }) {
  const scores = useNodeScores(CELLS_MAX, cluster);
  const { tenant } = useSession();
  return (
    <section class="panel" aria-labelledby="lanes-title">
      <div class="panel-head">
        <h2 id="lanes-title">Nodes over time</h2>
        <span class="soft">the {LANES_MAX} with the highest scores in this range</span>
      </div>
      <Await asked={scores} height={320}>
        {({ range, reply }) => {
          const rows = laneRows(reply).slice(0, LANES_MAX);
          if (rows.length === 0) return <Empty kind="nodata" title="No scores in this range." />;
          return (
            <Lanes
              rows={rows}
              range={range}
              label={`Scores of the nodes of ${cluster} over time`}
              name={({ node }) => <Go to={{ page: "node", tenant, cluster, node }}>{node}</Go>}
            />
          );
        }}
      </Await>
    </section>
  );
}
