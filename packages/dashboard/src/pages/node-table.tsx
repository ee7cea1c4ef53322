import { type FleetCell, nodeId } from "../fleet/fleet-cells.ts";
import { StateGlyph } from "../fleet/legend.tsx";
import { count, scored } from "../format/number.ts";
import { moment, msOf } from "../format/time.ts";
import { confidenceWord, listed } from "../format/word.ts";
import { Go } from "../parts/go.tsx";
import { useSession } from "../session/session.tsx";
import { CELL_WORDS } from "../severity/severity.ts";

/** Nodes as rows: what the map shows in colour, in words. */
export function NodeTable(props: {
  readonly cells: readonly FleetCell[];
  readonly caption: string;
  readonly selected?: string;
  /** For a narrow column: state, name, metrics. */
  readonly compact?: boolean;
  /** Leaves the cluster out, where there is only one. */
  readonly oneCluster?: boolean;
  /** Scores are the highest of the page's range, not those of now. */
  readonly inRange?: boolean;
}) {
  const { cells, compact = false, inRange = false } = props;
  if (cells.length === 0) return <p class="soft pad">No node is in these states.</p>;
  return (
    <table class={compact ? "rows is-compact" : "rows"}>
      <caption class="visually-hidden">{props.caption}</caption>
      <thead class={compact ? "visually-hidden" : undefined}>
        <HeadRow compact={compact} oneCluster={props.oneCluster ?? false} inRange={inRange} />
      </thead>
      <tbody>
        {cells.map((cell) => (
          <Row
            key={nodeId(cell.node)}
            cell={cell}
            compact={compact}
            inRange={inRange}
            oneCluster={props.oneCluster ?? false}
            selected={nodeId(cell.node) === props.selected}
          />
        ))}
      </tbody>
    </table>
  );
}

function HeadRow(props: {
  readonly compact: boolean;
  readonly oneCluster: boolean;
  readonly inRange: boolean;
}) {
  const { compact, oneCluster, inRange } = props;
  return (
    <tr>
      <th scope="col">State</th>
      <th scope="col" class="number">
        {inRange ? "Highest" : "Score"}
      </th>
      <th scope="col">Node</th>
      <th scope="col">{inRange ? "Metrics now" : "Metrics"}</th>
      {compact ? null : (
        <>
          <th scope="col" class="optional">
            {inRange ? "Highest at" : "Since"}
          </th>
          {oneCluster ? null : (
            <th scope="col" class="optional">
              Cluster
            </th>
          )}
          <th scope="col" class="optional">
            Confidence
          </th>
        </>
      )}
    </tr>
  );
}

function Row(props: {
  readonly cell: FleetCell;
  readonly compact: boolean;
  readonly oneCluster: boolean;
  readonly inRange: boolean;
  readonly selected: boolean;
}) {
  const { node, score, state, atMs } = props.cell;
  const { tenant } = useSession();
  const whenMs = props.inRange ? atMs : msOf(node.since);
  const when = whenMs === null ? "" : moment(whenMs, Date.now());
  return (
    <tr class={props.selected ? "is-selected" : undefined}>
      <td>
        <span class="mark">
          <StateGlyph state={state} />
          <span class="mark-word">{CELL_WORDS[state]}</span>
        </span>
      </td>
      <td class="number">{scored(score)}</td>
      <td class="nowrap">
        <Go to={{ page: "node", tenant, cluster: node.cluster, node: node.node }} row>
          {node.node}
        </Go>
        {props.compact ? <span class="soft sub">{node.cluster}</span> : null}
      </td>
      <td class="wide">
        <TopMetrics cell={props.cell} />
        {props.compact ? (
          <span class="soft sub">
            {when === "" ? "" : `${props.inRange ? "highest at" : "since"} ${when}`}
          </span>
        ) : null}
      </td>
      {props.compact ? null : <MoreColumns {...props} when={when} />}
    </tr>
  );
}

function TopMetrics({ cell: { node, state } }: { readonly cell: FleetCell }) {
  const top = node.topMetrics.filter((one) => (one.score ?? 0) >= 0.5).map(({ metric }) => metric);
  if (top.length > 0) return <>{listed(top, 2)}</>;
  const lastMs = msOf(node.lastAt);
  if (state === "learning")
    return <span class="soft">{count(node.metrics)} metrics, learning</span>;
  if (state === "silent" && lastMs !== null) return <>last point {moment(lastMs, Date.now())}</>;
  return <span class="soft">{count(node.metrics)} metrics, none anomalous</span>;
}

function MoreColumns(props: {
  readonly cell: FleetCell;
  readonly when: string;
  readonly oneCluster: boolean;
}) {
  const { node } = props.cell;
  const { tenant } = useSession();
  return (
    <>
      <td class="nowrap optional">{props.when === "" ? "—" : props.when}</td>
      {props.oneCluster ? null : (
        <td class="nowrap optional">
          <Go to={{ page: "cluster", tenant, cluster: node.cluster }}>{node.cluster}</Go>
        </td>
      )}
      <td class="optional">{confidenceWord(node.confidence)}</td>
    </>
  );
}
