import type { FindingPart, FindingRow } from "@foreshock/client";
import { MiniChart } from "../chart/mini-chart.tsx";
import { shadeSince } from "../chart/shades.ts";
import { useFindingChart } from "../data/queries.ts";
import { counted, percent } from "../format/number.ts";
import { lasting, moment, msOf, rarity } from "../format/time.ts";
import { confidenceWord, kindWord, outcomeWord } from "../format/word.ts";
import { Await } from "../parts/await.tsx";
import { Go } from "../parts/go.tsx";
import { useNow } from "../parts/use-now.ts";
import { useSession } from "../session/session.tsx";
import { severityOf } from "../severity/severity.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";
import { findingPlace, rangeChange } from "./finding-place.ts";

/** Contributing metrics named on a card; the page behind it has them all. */
const PARTS_MAX = 4;

/** One finding, open or over: how bad, where, the sentence, what contributes since when, and a look at it. */
export function FindingCard(props: { readonly finding: FindingRow; readonly rank: number }) {
  const { finding } = props;
  const { tenant } = useSession();
  const nowMs = useNow();
  const first = finding.contributions[0];
  return (
    <li class={`finding sev-${finding.severity}`}>
      <div class="finding-how">
        <SeverityMark severity={finding.severity} score={finding.score} />
        <span class="chip" data-label={finding.label}>
          {kindWord(finding.kind)}
        </span>
      </div>
      <div class="finding-what">
        <h3>
          <Go
            to={findingPlace(finding, tenant)}
            change={rangeChange(finding, nowMs)}
            row
            class="finding-link"
          >
            <Where finding={finding} />
          </Go>
        </h3>
        <p class="sentence">{finding.text}</p>
        <Parts finding={finding} />
      </div>
      <div class="finding-look">
        {first === undefined ? null : <Spark part={first} finding={finding} />}
      </div>
      <Facts finding={finding} nowMs={nowMs} />
    </li>
  );
}

function Facts({ finding, nowMs }: { readonly finding: FindingRow; readonly nowMs: number }) {
  const sinceMs = msOf(finding.onset) ?? Date.parse(finding.openedAt);
  const closedMs = msOf(finding.closedAt);
  return (
    <dl class="finding-facts">
      <div>
        <dt>{closedMs === null ? "Since" : "From"}</dt>
        <dd>
          {moment(sinceMs, nowMs)}{" "}
          <span class="soft">{lasting((closedMs ?? nowMs) - sinceMs)}</span>
        </dd>
      </div>
      {closedMs === null ? null : (
        <div>
          <dt>To</dt>
          <dd>{moment(closedMs, nowMs)}</dd>
        </div>
      )}
      <div>
        <dt>State</dt>
        <dd>{outcomeWord(finding.outcome, closedMs === null)}</dd>
      </div>
      <div>
        <dt>In this fleet</dt>
        <dd>{rarity(finding.fleetReturnPeriodDays)}</dd>
      </div>
      <div>
        <dt>Confidence</dt>
        <dd>{confidenceWord(finding.confidence)}</dd>
      </div>
    </dl>
  );
}

function Where({ finding }: { readonly finding: FindingRow }) {
  if (finding.node === null) {
    return (
      <>
        {finding.cluster} <span class="soft">{movedWords(finding)}</span>
      </>
    );
  }
  return (
    <>
      <span class="soft">{finding.cluster} / </span>
      {finding.node}
    </>
  );
}

/** The whole cluster only where it is. */
function movedWords({ nodesMoved, nodesTotal }: FindingRow): string {
  if (nodesMoved === nodesTotal) return `whole cluster, ${counted(nodesTotal, "node")}`;
  return `${nodesMoved} of ${counted(nodesTotal, "node")}`;
}

/** Contributing metrics in onset order, each a link to its own page. */
function Parts({ finding }: { readonly finding: FindingRow }) {
  const { tenant } = useSession();
  const nowMs = useNow();
  const shown = finding.contributions.slice(0, PARTS_MAX);
  const rest = finding.contributions.length - shown.length;
  if (shown.length === 0) return null;
  return (
    <ol class="parts" aria-label="Contributing metrics in order of onset">
      {shown.map((part) => {
        const onsetMs = msOf(part.onset);
        return (
          <li key={part.seriesId}>
            <Go
              to={{
                page: "metric",
                tenant,
                cluster: finding.cluster,
                node: part.node,
                metric: part.metric,
              }}
              change={rangeChange(finding, nowMs)}
              title={part.text}
            >
              {finding.node === null ? `${part.node} ${part.metric}` : part.metric}
            </Go>
            <span class="soft">
              {onsetMs === null ? "" : `${moment(onsetMs, nowMs)}, `}
              {percent(part.share)}
            </span>
          </li>
        );
      })}
      {rest > 0 ? <li class="soft">and {rest} more</li> : null}
    </ol>
  );
}

function Spark(props: { readonly part: FindingPart; readonly finding: FindingRow }) {
  const { part, finding } = props;
  const chart = useFindingChart(finding.id);
  return (
    <Await asked={chart} height={72}>
      {(drawn) =>
        drawn === null ? null : (
          <figure class="spark">
            <MiniChart
              columns={drawn.columns}
              anomalies={[
                shadeSince(drawn.columns, drawn.stepMs, {
                  onsetMs: msOf(part.onset) ?? Date.parse(finding.openedAt),
                  untilMs: msOf(finding.closedAt) ?? drawn.endMs,
                  severity: severityOf(part.score),
                }),
              ]}
              range={drawn}
              stepMs={drawn.stepMs}
              height={62}
              label={`${part.metric} with its expected band: ${part.text}`}
            />
            <figcaption class="soft">
              {part.metric}, {lasting(drawn.endMs - drawn.startMs)}
            </figcaption>
          </figure>
        )
      }
    </Await>
  );
}
