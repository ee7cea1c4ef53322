import { type AnomalyRow, type FindingRow, Foreshock, type NodeRow } from "@foreshock/client";

export interface DashboardServer {
  readonly url: string;
  /** Of one tenant. */
  readonly key: string;
  /** Sees all tenants. */
  readonly operatorKey: string;
  stop(): Promise<void>;
}

/** What the API itself says; the pages must say the same. */
export interface DashboardFacts {
  readonly client: Foreshock;
  readonly tenant: string;
  readonly nodes: readonly NodeRow[];
  readonly openFindings: readonly FindingRow[];
  readonly closedFindings: readonly FindingRow[];
  /** A metric to look at: the worst anomaly of the last week, or any series without one. */
  readonly metric: {
    readonly cluster: string;
    readonly node: string;
    readonly metric: string;
    readonly worst: AnomalyRow | undefined;
  };
  readonly metricsOfNode: number;
}

export async function factsOf({ url, key }: DashboardServer): Promise<DashboardFacts> {
  const tenants = (await new Foreshock({ url, key }).tenants()).map(({ tenant }) => tenant).sort();
  const tenant = tenants[0];
  if (tenant === undefined) throw new Error("the server has no tenant to look at");
  const client = new Foreshock({ url, key, tenant });
  const nodes = await client.nodes.list();
  const findings = (await client.findings.list({ from: "now-30d", limit: 500 }).page()).data;
  const page = await client.anomalies.list({ from: "now-7d", sort: "score", limit: 1 }).page();
  const worst = page.data[0];
  const first = (await client.series.list({ limit: 1 }).page()).data[0];
  const place = worst ?? first;
  if (place === undefined) throw new Error("the server has no series to look at");
  const { cluster, node, metric } = place;
  const all = await client.series.list({ cluster, node, limit: 500 }).page();
  return {
    client,
    tenant,
    nodes,
    openFindings: findings.filter(({ closedAt }) => closedAt === null),
    closedFindings: findings.filter(({ closedAt }) => closedAt !== null),
    metric: { cluster, node, metric, worst },
    metricsOfNode: all.data.length,
  };
}

const NAMES = new Intl.Collator("en", { numeric: true });

/** The node whose cell stands first on the map: clusters and nodes in the order of their names. */
export function firstOnMap(nodes: readonly NodeRow[]): NodeRow {
  const sorted = [...nodes].sort(
    (a, b) => NAMES.compare(a.cluster, b.cluster) || NAMES.compare(a.node, b.node),
  );
  if (sorted[0] === undefined) throw new Error("the server has no nodes to look at");
  return sorted[0];
}

export interface Paths {
  readonly now: string;
  readonly fleet: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
}

/** The pages of the drill-down, over the last week, where the worst anomaly is in sight. */
export function pathsOf({ tenant, metric: place }: DashboardFacts): Paths {
  const [t, c, n, m] = [tenant, place.cluster, place.node, place.metric].map(encodeURIComponent);
  const cluster = `/t/${t}/c/${c}`;
  return {
    now: "/",
    fleet: "/fleet",
    cluster: `${cluster}?from=now-7d`,
    node: `${cluster}/n/${n}?from=now-7d`,
    metric: `${cluster}/n/${n}/m/${m}?from=now-7d`,
  };
}
