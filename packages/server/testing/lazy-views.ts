import type { Page, Paged, TenantView } from "../src/platform/platform.ts";
import { BadCursor, Unavailable } from "../src/platform/platform-errors.ts";
import type { Law, Stage } from "./tenant-view-stage.ts";

/** A platform that saves itself some of the work, and the law that must notice. */
export interface LazyPlatform {
  readonly name: string;
  readonly breaks: Law["sentence"];
  lazy(stage: Stage): Stage;
}

/** What a lazy view does in place of the real one. */
type Shortcut = (view: TenantView) => Partial<TenantView>;

const PAGES = "pages over everything once and in order, whatever the size of a page";
const REPORTS = "reports every point of a batch once, as accepted or under its reason";

export const LAZY_PLATFORMS: readonly LazyPlatform[] = [
  {
    name: "forgets who asks",
    breaks: "shows a tenant what it sent, and nothing of another tenant",
    lazy: (stage) => ({ ...stage, view: () => stage.view("acme") }),
  },
  lazyView(
    "shows nothing to anybody",
    "shows a tenant what it sent, and nothing of another tenant",
    () => ({
      series: async () => ({ data: [], nextCursor: undefined }),
      nodes: async () => [],
    }),
  ),
  lazyView(
    "takes any id for its first series",
    "knows no id that it did not give to this tenant",
    (view) => ({
      seriesById: async () => (await view.series({}, { limit: 1 })).data[0],
      anomaly: async (id) => ({ id }) as never,
    }),
  ),
  lazyView(
    "fails where there is nothing",
    "answers every question of a tenant without data",
    (view) => ({
      summary: async () => {
        const summary = await view.summary();
        if (summary.series === 0) throw new Error("no series");
        return summary;
      },
    }),
  ),
  lazyView(
    "down-samples by taking one point in many",
    "gives columns of equal length with ascending times inside the range, at most as many as asked for",
    (view) => ({
      points: async (id, range, pointsMax) => {
        const reply = await view.points(id, range, 100_000);
        if (reply === undefined) return undefined;
        const every = Math.ceil(reply.columns.at.length / pointsMax);
        const thin = (column: readonly unknown[]) => column.filter((_, i) => i % every === 0);
        const columns = Object.entries(reply.columns).map(([name, column]) => [name, thin(column)]);
        return { ...reply, columns: Object.fromEntries(columns) };
      },
    }),
  ),
  lazyView(
    "ranks by name",
    "puts the faulty node first, and divides what happened into shares that sum to 1",
    (view) => ({
      rankings: async (query) => {
        const reply = await view.rankings(query);
        const byName = [...reply.data].sort((a, b) => ((a.node ?? "") < (b.node ?? "") ? -1 : 1));
        return { ...reply, data: byName };
      },
    }),
  ),
  lazyView("ignores filters", "lets a filter through what it names and nothing else", (view) => ({
    nodes: () => view.nodes({}),
  })),
  lazyView("shows the first page again and again", PAGES, (view) => ({
    alarms: (filter, { limit }) => view.alarms(filter, { limit }),
  })),
  lazyView("has one page", PAGES, (view) => ({
    anomalies: async (filter, page) => ({
      ...(await view.anomalies(filter, page)),
      nextCursor: undefined,
    }),
  })),
  lazyView("loses a row at each page's end", PAGES, (view) => ({
    findings: async (range, page) => withoutLast(page, await view.findings(range, page)),
  })),
  lazyView(
    "counts rows instead of remembering the last one",
    "misses and doubles nothing that was there while points and series arrive between two pages",
    (view) => ({
      series: async (filter, { limit, cursor = "0" }) => {
        const { data } = await view.series(filter, { limit: 10_000 });
        const [from, end] = [Number(cursor), Number(cursor) + limit];
        return {
          data: data.slice(from, end),
          nextCursor: end < data.length ? String(end) : undefined,
        };
      },
    }),
  ),
  lazyView(
    "begins again at a cursor it cannot read",
    "refuses a cursor that it did not hand out",
    (view) => ({
      series: (filter, page) =>
        view.series(filter, page).catch((error: unknown) => {
          if (error instanceof BadCursor) return view.series(filter, { limit: page.limit });
          throw error;
        }),
    }),
  ),
  lazyView("says that it took everything", REPORTS, (view) => ({
    ingest: async (batch) => {
      await view.ingest(batch);
      return { acceptedPoints: batch.values.length, rejectedPoints: 0, rejected: [] };
    },
  })),
  lazyView(
    "acknowledges before it writes, and does not write",
    "has after a reopening all that it acknowledged, once, and what it made of it",
    () => ({
      ingest: async (batch) => ({
        acceptedPoints: batch.values.length,
        rejectedPoints: 0,
        rejected: [],
      }),
    }),
  ),
  lazyView(
    "acknowledges what found no room",
    "throws Unavailable with code and wait while the disk is full, reads on, and takes points again afterwards",
    (view) => ({
      ingest: (batch) =>
        view.ingest(batch).catch((error: unknown) => {
          if (!(error instanceof Unavailable)) throw error;
          return { acceptedPoints: batch.values.length, rejectedPoints: 0, rejected: [] };
        }),
    }),
  ),
];

function lazyView(name: string, breaks: string, shortcut: Shortcut): LazyPlatform {
  return { name, breaks, lazy: (stage) => withShortcut(stage, shortcut) };
}

/** The stage as it is, but for what the shortcut does. */
export function withShortcut(stage: Stage, shortcut: Shortcut): Stage {
  const view = (tenantId: string): TenantView => {
    const real = stage.view(tenantId);
    const short = shortcut(real);
    return new Proxy(real, {
      get: (_, method) =>
        Reflect.get(short, method) ?? (Reflect.get(real, method) as () => unknown).bind(real),
    });
  };
  return { ...stage, view };
}

function withoutLast<Row>({ limit }: Page, paged: Paged<Row>): Paged<Row> {
  return paged.data.length < limit ? paged : { ...paged, data: paged.data.slice(0, -1) };
}
