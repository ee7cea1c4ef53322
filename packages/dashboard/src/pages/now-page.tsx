import type { ClusterRow, DataHealth, FindingRow, Summary } from "@foreshock/client";
import { laneRows } from "../chart/lane-rows.ts";
import { Lanes } from "../chart/lanes.tsx";
import {
  type Asked,
  useClusters,
  useFindings,
  useHealth,
  useLanes,
  useSummary,
} from "../data/queries.ts";
import { count, measured, percent } from "../format/number.ts";
import { clockWithSeconds, DAY_MS, lasting, moment, msOf } from "../format/time.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Go } from "../parts/go.tsx";
import { useNow } from "../parts/use-now.ts";
import { useSession } from "../session/session.tsx";
import { SeverityGlyph } from "../severity/severity-mark.tsx";
import { absoluteRange, presetLabel, type TokenRange } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import { FindingCard } from "./finding-card.tsx";
import { FindingTable } from "./finding-table.tsx";
import { FirstRun } from "./first-run.tsx";
import { BudgetLine, PromisePanel } from "./promise-panel.tsx";
import { closedFindings, openFindings, verdictOf } from "./verdict.ts";

/** Lanes of clusters under the overall one; the rest are on the fleet page. */
const LANES_MAX = 8;

/** What misbehaves now, how badly, and why? */
export function NowPage() {
  const summary = useSummary();
  const findings = useFindings();
  const health = useHealth();
  const { watermark, quarantine, series } = summary.data ?? {};
  if (watermark === null && quarantine === null && series === 0) return <FirstRun />;
  return (
    <main class="page" id="main">
      <VerdictLine summary={summary} findings={findings} health={health} />
      <OverallPanel />
      <section class="block" aria-labelledby="findings-title">
        <div class="block-head">
          <h2 id="findings-title">Open findings</h2>
          {summary.data === undefined ? null : <BudgetLine summary={summary.data} />}
        </div>
        <PromisePanel />
        <Await asked={findings} height={220}>
          {(rows) => <Findings rows={rows} summary={summary.data} health={health.data} />}
        </Await>
      </section>
      <Await asked={health} height={44}>
        {(data) => <HealthStrip health={data} />}
      </Await>
    </main>
  );
}

function VerdictLine(props: {
  readonly summary: Asked<Summary>;
  readonly findings: Asked<readonly FindingRow[]>;
  readonly health: Asked<DataHealth>;
}) {
  const clusters = useClusters();
  const nowMs = useNow();
  const { data: summary } = props.summary;
  const { data: findings } = props.findings;
  if (summary === undefined || findings === undefined) {
    return <h1 class="verdict verdict-waiting">Now</h1>;
  }
  const rows: readonly ClusterRow[] = clusters.data ?? [];
  const verdict = verdictOf(summary, findings, rows, props.health.data?.learning ?? 0, nowMs);
  const worst = openFindings(findings)[0];
  const isStopped = summary.pipeline.state === "stopped";
  return (
    <h1 class={`verdict verdict-${verdict.tone}`}>
      <SeverityGlyph severity={isStopped ? "critical" : (worst?.severity ?? "none")} />
      <span>
        <b>{verdict.headline}</b> {verdict.rest.join(" ")}
      </span>
    </h1>
  );
}

function OverallPanel() {
  const { view } = useView();
  const lanes = useLanes();
  const { tenant } = useSession();
  return (
    <section class="panel" aria-labelledby="overall-title">
      <div class="panel-head">
        <h2 id="overall-title">Fleet over time</h2>
        <span class="soft">{rangeWords(view)}, each cell the highest score of its step</span>
      </div>
      <Await asked={lanes} height={150}>
        {({ range, tenant: whole, clusters }) => {
          const own = whole === null ? [] : laneRows(whole);
          const all = own.map((row) => ({ ...row, name: "all clusters" }));
          const some = clusters === null ? [] : laneRows(clusters).slice(0, LANES_MAX);
          if (all.length === 0) {
            return <Empty kind="nodata" title="No scores in this range." />;
          }
          return (
            <Lanes
              rows={[...all, ...some]}
              range={range}
              label="Highest score of all clusters and of each cluster over time"
              name={(row) =>
                row.cluster === "" || row.name === "all clusters" ? (
                  <b>All</b>
                ) : (
                  <Go to={{ page: "cluster", tenant, cluster: row.cluster }}>{row.name}</Go>
                )
              }
            />
          );
        }}
      </Await>
    </section>
  );
}

function Findings(props: {
  readonly rows: readonly FindingRow[];
  readonly summary: Summary | undefined;
  readonly health: DataHealth | undefined;
}) {
  const open = openFindings(props.rows);
  const closed = closedFindings(props.rows);
  return (
    <>
      {open.length === 0 ? (
        <NothingOpen summary={props.summary} health={props.health} />
      ) : (
        <ol class="findings">
          {open.map((finding, i) => (
            <FindingCard key={finding.id} finding={finding} rank={i + 1} />
          ))}
        </ol>
      )}
      {closed.length === 0 ? null : <FindingTable findings={closed} />}
    </>
  );
}

/** Nothing is open: because all is well, or because not all is judged yet. */
function NothingOpen(props: {
  readonly summary: Summary | undefined;
  readonly health: DataHealth | undefined;
}) {
  const { summary, health } = props;
  if (summary === undefined) return null;
  if (summary.watermark === null) {
    return (
      <Empty kind="learning" title="No point is judged yet.">
        <p>The rhythm of the points is looked for first. The lanes above fill once it is known.</p>
      </Empty>
    );
  }
  if (summary.isLoading) return <StillLoading upToMs={Date.parse(summary.watermark)} />;
  if (summary.pipeline.state === "stopped") {
    return (
      <Empty kind="nodata" title="Nothing was open when the points ceased.">
        <p>Look at what collects and sends them: the agents, the network, the key.</p>
      </Empty>
    );
  }
  return <AllGood health={health} />;
}

/** A look at what is judged already is one click away. */
function StillLoading({ upToMs }: { readonly upToMs: number }) {
  const day = absoluteRange({ startMs: upToMs - DAY_MS, endMs: upToMs });
  return (
    <Empty kind="learning" title="Nothing open in what is judged so far.">
      <p>
        What comes after it is taken in and not judged yet: nothing is said of it, nor of now.{" "}
        <Go to={{ page: "now" }} change={day}>
          The last judged day
        </Go>
      </p>
    </Empty>
  );
}

function AllGood({ health }: { readonly health: DataHealth | undefined }) {
  const { view } = useView();
  if (health !== undefined && health.learning > 0 && health.learning >= health.series) {
    return (
      <Empty kind="learning" title={`Learning: ${count(health.series)} series are new.`}>
        <p>
          A series is scored from its first hours on, and counts for findings after three days. With
          more history at hand, import it and the wait is over.
        </p>
      </Empty>
    );
  }
  const lastMs = msOf(health?.watermark);
  const checked =
    health === undefined || lastMs === null
      ? ""
      : ` ${count(health.series)} series checked, last at ${clockWithSeconds(lastMs)} UTC.`;
  return (
    <Empty kind="good" title={`No findings open.${checked}`}>
      <p class="soft">
        Single metrics and nodes may still be unusual for themselves: the{" "}
        <Go to={{ page: "fleet" }} change={{ from: view.from, to: view.to }}>
          fleet map
        </Go>{" "}
        shows them.
      </p>
    </Empty>
  );
}

function HealthStrip({ health }: { readonly health: DataHealth }) {
  const nowMs = useNow();
  const lastMs = msOf(health.watermark);
  const rejected = Object.values(health.rejectedPoints).reduce((sum, one) => sum + (one ?? 0), 0);
  return (
    <dl class="strip" aria-label="Is the data good?">
      <Fact name="Fresh" value={percent(health.freshShare, 2)} />
      <Fact name="Late series" value={count(health.late)} />
      <Fact name="Silent" value={count(health.silent)} />
      <Fact name="Learning" value={count(health.learning)} />
      <Fact name="History judged" value={lastMs === null ? "—" : percent(health.backfill)} />
      <Fact name="Points refused" value={count(rejected)} />
      <Fact
        name="Detection lag"
        value={health.detectionLagMs === null ? "—" : lag(health.detectionLagMs)}
      />
      <Fact name="Judged up to" value={lastMs === null ? "—" : momentWords(lastMs, nowMs)} />
    </dl>
  );
}

/** With its age: what is old is not what is now. */
function momentWords(atMs: number, nowMs: number): string {
  return `${moment(atMs, nowMs)} UTC, ${lasting(nowMs - atMs)} ago`;
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Tenths of a second while it is short: a healthy server scores a point in less than one. */
function lag(ms: number): string {
  return ms < 10_000 ? measured(Math.round(ms / 100) / 10, "s") : lasting(ms);
}

function rangeWords(range: TokenRange): string {
  return presetLabel(range) ?? "The chosen range";
}
