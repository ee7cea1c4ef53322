import type { TenantRow } from "@foreshock/client";
import { useTenants } from "../data/queries.ts";
import { count, counted } from "../format/number.ts";
import { lasting, moment, msOf } from "../format/time.ts";
import { Await } from "../parts/await.tsx";
import { Go } from "../parts/go.tsx";
import { pageTitle, useTitle } from "../parts/page-title.tsx";
import { useNow } from "../parts/use-now.ts";
import { severityOf } from "../severity/severity.ts";
import { SeverityGlyph, SeverityMark } from "../severity/severity-mark.tsx";
import type { Place } from "../state/place.ts";
import { placeWords } from "./verdict.ts";

/** Which tenant? Above Now, for keys that see several. */
export function TenantsPage() {
  const tenants = useTenants();
  const open = tenants.data?.reduce((sum, { openFindings }) => sum + (openFindings ?? 0), 0);
  useTitle(pageTitle({ page: "tenants" }, "", open));
  return (
    <main class="page" id="main">
      <Await asked={tenants} height={320}>
        {(rows) => (
          <>
            <TenantVerdict rows={rows} />
            <section class="panel table-panel" aria-label="Tenants, worst first">
              <TenantTable rows={rows} />
            </section>
          </>
        )}
      </Await>
    </main>
  );
}

function TenantVerdict({ rows }: { readonly rows: readonly TenantRow[] }) {
  const nowMs = useNow();
  const open = rows.filter(({ openFindings }) => (openFindings ?? 0) > 0);
  const unasked = rows.filter(({ state }) => state !== "served").length;
  const worst = rows.find((row) => row.worst !== null);
  const headline =
    open.length === 0
      ? "No findings open."
      : `${counted(open.length, "tenant")} with open findings.`;
  const rest = [
    worst === undefined ? "" : worstWords(worst, nowMs),
    `${count(rows.length)} tenants in all.`,
    unasked === 0 ? "" : `${counted(unasked, "tenant")} cannot be asked now.`,
  ];
  return (
    <h1 class={`verdict verdict-${open.length === 0 ? "good" : "bad"}`}>
      <SeverityGlyph severity={worst?.worst?.severity ?? "none"} />
      <span>
        <b>{headline}</b> {rest.filter((words) => words !== "").join(" ")}
      </span>
    </h1>
  );
}

function worstWords({ tenant, worst }: TenantRow, nowMs: number): string {
  const sinceMs = msOf(worst?.since);
  const since =
    sinceMs === null ? "" : `, since ${moment(sinceMs, nowMs)} (${lasting(nowMs - sinceMs)})`;
  return `Worst: ${tenant}, ${severityOf(worst?.score ?? null)}${since}.`;
}

/** The server's order: the worst first. */
function TenantTable({ rows }: { readonly rows: readonly TenantRow[] }) {
  return (
    <table class="rows tenant-rows">
      <thead>
        <tr>
          <th scope="col">Severity</th>
          <th scope="col">Tenant</th>
          <th scope="col">Worst place</th>
          <th scope="col">Since</th>
          <th scope="col" class="number">
            Open findings
          </th>
          <th scope="col" class="number">
            Nodes anomalous
          </th>
          <th scope="col" class="optional">
            Newest judged point
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.tenant} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { readonly row: TenantRow }) {
  const { tenant, worst, openFindings, nodes, anomalousNodes } = row;
  const nowMs = useNow();
  const sinceMs = msOf(worst?.since);
  const lastMs = msOf(row.watermark);
  return (
    <tr>
      <td>
        {row.state === "served" ? (
          <SeverityMark
            severity={worst?.severity ?? row.severity}
            score={worst?.score ?? row.score}
          />
        ) : (
          <span class="badge">{row.state}</span>
        )}
        {row.pipeline?.state === "stopped" ? <span class="badge">pipeline stopped</span> : null}
      </td>
      <td class="nowrap">
        <Go to={{ page: "now" }} change={{ tenant }} row>
          {tenant}
        </Go>
      </td>
      <td class="wide">
        <Worst row={row} />
      </td>
      <td class="nowrap">{sinceMs === null ? "—" : moment(sinceMs, nowMs)}</td>
      <td class="number">{count(openFindings)}</td>
      <td class="number nowrap">
        {nodes === null ? "—" : `${count(anomalousNodes)} of ${count(nodes)}`}
      </td>
      <td class="nowrap optional">
        {lastMs === null ? "—" : `${moment(lastMs, nowMs)}, ${lasting(nowMs - lastMs)} ago`}
      </td>
    </tr>
  );
}

function Worst({ row }: { readonly row: TenantRow }) {
  const { tenant, worst } = row;
  const quiet = quietWords(row);
  if (quiet !== undefined) return <span class="soft">{quiet}</span>;
  if (worst === null) return <span class="soft">every node is normal</span>;
  return (
    <>
      <Go to={placeOf(tenant, worst)}>{placeWords(worst)}</Go>
      <span class="soft sub">{worst.why}</span>
    </>
  );
}

function placeOf(tenant: string, worst: NonNullable<TenantRow["worst"]>): Place {
  const { cluster, node } = worst;
  return node === null
    ? { page: "cluster", tenant, cluster }
    : { page: "node", tenant, cluster, node };
}

/** Why there is nothing to say of a tenant; undefined where there is. */
function quietWords(row: TenantRow): string | undefined {
  const { state, quarantine, pipeline, watermark, series, isLoading, worst } = row;
  if (state === "starting") return "the server has not taken it up yet";
  if (state !== "served") return "it is being started again, or too busy to answer";
  if (pipeline?.state === "stopped") return pipeline.text;
  if (quarantine !== null) return "detection is off: points are stored and not judged";
  if (isLoading === true && worst === null) return "history is loading: nothing anomalous so far";
  if (watermark !== null) return undefined;
  return (series ?? 0) > 0 ? "points have come; none is judged yet" : "no points yet";
}
