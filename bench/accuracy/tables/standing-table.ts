import { ALARM_PROMISE_DAYS } from "@foreshock/core/fold";
import type { PageTable } from "../../page-table.ts";
import type { AccuracyRun } from "../accuracy-run.ts";
import { MEASURED_PEERS, NAB_PEERS, type PublishedPeer } from "../published.ts";

/** Sets on which peers were measured, in the order of their columns. */
const SETS = ["nab", "ms-cloud-monitoring", "merlion-synthetic"];

/** Where we win and where we lose, said plainly. */
export function standingTables(run: AccuracyRun): PageTable[] {
  return [
    {
      title: "Who is better than us, and who is not",
      notes: [
        "By name, from the quoted figures below; (U) looks into the future, (T) was trained once. `batch` looks into the future too and is compared with all.",
      ],
      header: ["measure", "ours", "ahead of us", "behind us"],
      rows: [...orderRows(run), ...nabRows(run)],
    },
  ];
}

/** VUS-PR of our engines beside the peers'. */
function orderRows({ univariate }: AccuracyRun): string[][] {
  return SETS.flatMap((set, column) => {
    const engines = univariate.get(set)?.filter(({ kind }) => kind === "engine") ?? [];
    return engines.map(({ detector, quality }) =>
      row(
        `VUS-PR ${set}, \`${detector}\``,
        quality.vusPr,
        [...MEASURED_PEERS, ...NAB_PEERS],
        (peer) => peer.vusPr[column],
        3,
      ),
    );
  });
}

/** NAB's own score: our openings at a fixed promise, the peers at their best threshold. */
function nabRows({ openings }: AccuracyRun): string[][] {
  const ours = openings.find(({ set, promiseDays }) => {
    return set === "nab" && promiseDays === ALARM_PROMISE_DAYS;
  })?.quality.nab;
  if (ours === undefined) return [];
  const peers = [...MEASURED_PEERS, ...NAB_PEERS];
  return [
    row("NAB standard, alarm openings", ours.standard, peers, ({ nab }) => nab?.[0], 1),
    row("NAB low-FP, alarm openings", ours["low-FP"], peers, ({ nab }) => nab?.[1], 1),
  ];
}

function row(
  what: string,
  ours: number,
  peers: readonly PublishedPeer[],
  figureOf: (peer: PublishedPeer) => number | undefined,
  digits: number,
): string[] {
  const known = peers
    .map((peer) => ({ peer, figure: figureOf(peer) }))
    .filter((one): one is { peer: PublishedPeer; figure: number } => one.figure !== undefined)
    .sort((a, b) => b.figure - a.figure);
  const names = (part: typeof known) =>
    part
      .map(({ peer: { name, protocol }, figure }) => {
        return `${name}${protocol === "S" ? "" : ` (${protocol})`} ${figure.toFixed(digits)}`;
      })
      .join(", ");
  const ahead = known.filter(({ figure }) => figure > ours);
  const behind = known.filter(({ figure }) => figure <= ours);
  const nearest = behind.slice(0, 3);
  const rest = behind.length - nearest.length;
  return [
    what,
    ours.toFixed(digits),
    ahead.length === 0 ? "nobody measured" : names(ahead),
    names(nearest) + (rest > 0 ? ` and ${rest} more` : ""),
  ];
}
