import { MINUTE_MS, type TimeRange } from "@foreshock/core/fold";
import type { Page, Paged, TenantView } from "../src/platform/platform.ts";

const PAGE_LIMIT = 100;
const POINTS_MAX = 100_000;
/** Lists of tests are short: more means that a cursor leads in a circle. */
const PAGES_MAX = 200;

/** Everything that a tenant can read, for comparing two platforms. */
export async function pictureOf(view: TenantView, range: TimeRange) {
  // How points arrive is judged by the clock, and by what this process has heard.
  const { pipeline: _, isLoading: __, ...summary } = await view.summary();
  return {
    summary,
    nodes: await view.nodes({}),
    series: await allOf((page) => view.series({}, page)),
    ...(await historyOf(view, range)),
  };
}

/** What is stored of a range: no restart changes any of it. */
export async function historyOf(view: TenantView, range: TimeRange) {
  const series = await allOf((page) => view.series({}, page));
  const charts = await Promise.all(series.map(({ id }) => view.points(id, range, POINTS_MAX)));
  const filter = { range, minScore: 0 };
  return {
    columns: charts.map((chart) => chart?.columns),
    anomalies: await allOf((page) => view.anomalies({ ...filter, sort: "time" }, page)),
    alarms: await allOf((page) => view.alarms(filter, page)),
    findings: await allOf((page) => view.findings(range, page)),
    scores: await view.scores({ level: "node", range, stepMs: MINUTE_MS, filter: {} }),
  };
}

/** All rows of a list, page by page. */
export async function allOf<Row>(
  ask: (page: Page) => Promise<Paged<Row>>,
  limit = PAGE_LIMIT,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    if (++pages > PAGES_MAX) throw new Error("the cursor leads in a circle");
    const page: Paged<Row> = await ask({ limit, cursor });
    for (const row of page.data) rows.push(row);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return rows;
}
