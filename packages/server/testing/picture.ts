import { MINUTE_MS, type TimeRange } from "@foreshock/core";
import type { Page, Paged, TenantView } from "../src/platform/platform.ts";

const PAGE_LIMIT = 100;

/** Everything that a tenant can read of a range, for comparing two platforms, or one before and after. */
export async function pictureOf(view: TenantView, range: TimeRange) {
  const series = await allOf((page) => view.series({}, page));
  const charts = await Promise.all(series.map(({ id }) => view.points(id, range, 100_000)));
  const filter = { range, minScore: 0 };
  return {
    summary: await view.summary(),
    scores: await view.scores({ level: "node", range, stepMs: MINUTE_MS, filter: {} }),
    series,
    nodes: await view.nodes({}),
    columns: charts.map((chart) => chart?.columns),
    anomalies: await allOf((page) => view.anomalies({ ...filter, sort: "time" }, page)),
    alarms: await allOf((page) => view.alarms(filter, page)),
    findings: await allOf((page) => view.findings(range, page)),
  };
}

/** All rows of a list, page by page. */
export async function allOf<Row>(
  ask: (page: Page) => Promise<Paged<Row>>,
  limit = PAGE_LIMIT,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page: Paged<Row> = await ask({ limit, cursor });
    rows.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return rows;
}
