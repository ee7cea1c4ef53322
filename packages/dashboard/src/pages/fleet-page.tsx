import type { NodeRow } from "@foreshock/client";
import { useMemo } from "react";
import { useNodeScores, useNodes } from "../data/queries.ts";
import {
  type FleetCell,
  fleetGroups,
  type Highest,
  highestOf,
  rankedCells,
  stateCounts,
} from "../fleet/fleet-cells.ts";
import { FleetMap } from "../fleet/fleet-map.tsx";
import { Legend } from "../fleet/legend.tsx";
import { count, counted } from "../format/number.ts";
import { Await, Empty } from "../parts/await.tsx";
import { useSession } from "../session/session.tsx";
import { followsNow } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import type { View } from "../state/view-codec.ts";
import { NodeTable } from "./node-table.tsx";

/** Rows of the ranked list; the table twin has them all. */
const RANKED_MAX = 20;

/** Rows of the table twin; a browser lays out no more in good time. */
const TABLE_MAX = 1000;

/** Where is it? Is it one node or many? */
export function FleetPage() {
  const nodes = useNodes();
  const { view } = useView();
  return (
    <main class="page" id="main">
      <Await asked={nodes} height={480}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty kind="nodata" title="No nodes yet.">
              <p class="soft">Nodes appear with their first points.</p>
            </Empty>
          ) : fillOf(view) === "range" ? (
            <FleetOfRange nodes={rows} />
          ) : (
            <Fleet nodes={rows} highest={undefined} />
          )
        }
      </Await>
    </main>
  );
}

/** One step over the whole range would do; the API's steps are lengths of time, so a few are asked for. */
const RANGE_CELLS = 8;

function FleetOfRange({ nodes }: { readonly nodes: readonly NodeRow[] }) {
  const scores = useNodeScores(RANGE_CELLS);
  return (
    <Await asked={scores} height={480}>
      {({ reply }) => <Fleet nodes={nodes} highest={highestOf(reply)} />}
    </Await>
  );
}

function Fleet(props: {
  readonly nodes: readonly NodeRow[];
  readonly highest: ReadonlyMap<string, Highest> | undefined;
}) {
  const { nodes, highest } = props;
  const { tenant } = useSession();
  const { view, change, go } = useView();
  const groups = useMemo(() => fleetGroups(nodes, highest), [nodes, highest]);
  const ranked = useMemo(() => rankedCells(groups, view.show), [groups, view.show]);
  const open = ({ node }: FleetCell) =>
    go({ page: "node", tenant, cluster: node.cluster, node: node.node });
  return (
    <>
      <div class="page-head">
        <h1>
          Fleet <span class="soft">{counted(nodes.length, "node")}</span>
        </h1>
        <FillSelect />
        <TableToggle />
      </div>
      <Legend counts={stateCounts(groups)} show={view.show} onShow={(show) => change({ show })} />
      {view.table ? (
        <WholeTable ranked={ranked} inRange={highest !== undefined} />
      ) : (
        <div class="fleet">
          <section class="panel" aria-label="Map">
            <FleetMap
              groups={groups}
              show={view.show}
              selected={view.sel}
              onSelect={(sel) => change({ sel }, { replace: true })}
              onOpen={open}
            />
          </section>
          <section class="panel table-panel" aria-labelledby="ranked-title">
            <div class="panel-head">
              <h2 id="ranked-title">Most unusual</h2>
              <span class="soft">{anomalousWords(ranked)}</span>
            </div>
            <Ranked
              cells={ranked}
              filtered={view.show.length > 0}
              inRange={highest !== undefined}
            />
          </section>
        </div>
      )}
    </>
  );
}

function TableToggle() {
  const { view, change } = useView();
  return (
    <button
      type="button"
      class={view.table ? "button toggle is-on" : "button toggle"}
      aria-pressed={view.table}
      onClick={() => change({ table: !view.table })}
    >
      Table
    </button>
  );
}

/** The table twin of the map. */
function WholeTable(props: { readonly ranked: readonly FleetCell[]; readonly inRange: boolean }) {
  const { ranked, inRange } = props;
  return (
    <section class="panel table-panel">
      <NodeTable
        cells={ranked.slice(0, TABLE_MAX)}
        caption="Nodes, worst first"
        inRange={inRange}
      />
      {ranked.length > TABLE_MAX ? (
        <p class="soft pad">
          The first {count(TABLE_MAX)} of {count(ranked.length)}. Filter by state above, or ask the
          API for all.
        </p>
      ) : null}
    </section>
  );
}

/** The worst; without a filter only those that are unusual at all, or silent. */
function Ranked(props: {
  readonly cells: readonly FleetCell[];
  readonly filtered: boolean;
  readonly inRange: boolean;
}) {
  const { view } = useView();
  const { cells, filtered } = props;
  const told = filtered ? cells : cells.filter(isUnusual);
  if (told.length === 0) return <p class="soft pad">{calmWords(cells)}</p>;
  const rest = told.length - RANKED_MAX;
  return (
    <>
      <NodeTable
        cells={told.slice(0, RANKED_MAX)}
        caption="Most unusual nodes"
        selected={view.sel}
        inRange={props.inRange}
        compact
      />
      {rest > 0 ? <p class="soft pad">{count(rest)} more in the table.</p> : null}
    </>
  );
}

/** A node that learns is told where it is anomalous already: its first days are ranked like all others. */
function isUnusual({ state, score }: FleetCell): boolean {
  if (state === "learning") return (score ?? 0) >= 0.5;
  return state !== "none";
}

/** Why nobody is listed. That learning nodes are normal is not known yet. */
function calmWords(cells: readonly FleetCell[]): string {
  const learning = cells.filter(({ state }) => state === "learning").length;
  if (learning === 0) return "Every node is normal.";
  const others = cells.length - learning;
  const rest = others === 0 ? "" : ` The other ${counted(others, "node")}: normal.`;
  return `${counted(learning, "node")} learning, younger than three days: nothing unusual so far.${rest}`;
}

/** How many of those shown are anomalous: by what the map is coloured by. */
function anomalousWords(cells: readonly FleetCell[]): string {
  const anomalous = cells.filter(({ score }) => (score ?? 0) >= 0.5).length;
  return `${count(anomalous)} of ${counted(cells.length, "node")} anomalous`;
}

/** A range of the past is about then: there is no now in it. */
function fillOf(view: View): View["fill"] {
  return followsNow(view) ? view.fill : "range";
}

function FillSelect() {
  const { view, change } = useView();
  const follows = followsNow(view);
  return (
    <label class="field">
      <span class="soft">Colour</span>
      <select
        value={fillOf(view)}
        disabled={!follows}
        title={follows ? undefined : "This range lies in the past"}
        onChange={(event) =>
          change({ fill: event.currentTarget.value === "range" ? "range" : "now" })
        }
      >
        <option value="now">score now</option>
        <option value="range">highest in range</option>
      </select>
    </label>
  );
}
