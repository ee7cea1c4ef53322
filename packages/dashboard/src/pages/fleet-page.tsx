import type { NodeRow } from "@foreshock/client";
import { useMemo } from "react";
import { useNodeScores, useNodes } from "../data/queries.ts";
import {
  type FleetCell,
  fleetGroups,
  highestOf,
  rankedCells,
  stateCounts,
} from "../fleet/fleet-cells.ts";
import { FleetMap } from "../fleet/fleet-map.tsx";
import { Legend } from "../fleet/legend.tsx";
import { count, counted } from "../format/number.ts";
import { Await, Empty } from "../parts/await.tsx";
import { useSession } from "../session/session.tsx";
import { useView } from "../state/use-view.ts";
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
          ) : view.fill === "range" ? (
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
  readonly highest: ReadonlyMap<string, number | null> | undefined;
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
        <WholeTable ranked={ranked} />
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
              <span class="soft">{byChance(nodes)}</span>
            </div>
            <Ranked cells={ranked} filtered={view.show.length > 0} />
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
function WholeTable({ ranked }: { readonly ranked: readonly FleetCell[] }) {
  return (
    <section class="panel table-panel">
      <NodeTable cells={ranked.slice(0, TABLE_MAX)} caption="Nodes, worst first" />
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
function Ranked(props: { readonly cells: readonly FleetCell[]; readonly filtered: boolean }) {
  const { view } = useView();
  const { cells, filtered } = props;
  const told = filtered
    ? cells
    : cells.filter(({ state }) => state !== "none" && state !== "learning");
  if (told.length === 0) return <p class="soft pad">Every node is normal.</p>;
  const rest = told.length - RANKED_MAX;
  return (
    <>
      <NodeTable
        cells={told.slice(0, RANKED_MAX)}
        caption="Most unusual nodes"
        selected={view.sel}
        compact
      />
      {rest > 0 ? <p class="soft pad">{count(rest)} more in the table.</p> : null}
    </>
  );
}

/** Every healthy node is "major" once in 5.5 days by construction: one says how many that makes. */
function byChance(nodes: readonly NodeRow[]): string {
  const live = nodes.filter(({ state }) => state === "live");
  const anomalous = live.filter(({ score }) => (score ?? 0) >= 0.5).length;
  return `${count(anomalous)} of ${count(live.length)} at 50 or more`;
}

function FillSelect() {
  const { view, change } = useView();
  return (
    <label class="field">
      <span class="soft">Colour</span>
      <select
        value={view.fill}
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
