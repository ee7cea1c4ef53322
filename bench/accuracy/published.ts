/**
 * What our figures are laid beside, from the research folder: the Python reference engine's figures
 * and gates (goals of the accuracy work, 24 November 2026), and peers, measured there on the same
 * files or published (`spec/figures.md`). Undefined where there is none.
 */
export interface DetectPeers {
  /** VUS-PR of the reference engine; node sets: its calibrated score. */
  readonly reference: number;
  readonly gate: number;
  /** VUS-PR on the same files, measured by the research: online and offline. */
  readonly rcf?: number;
  readonly poly?: number;
}

export const DETECT_PEERS: Readonly<Record<string, DetectPeers>> = {
  nab: { reference: 0.333, gate: 0.33, rcf: 0.276, poly: 0.414 },
  "ms-cloud-monitoring": { reference: 0.78, gate: 0.78, rcf: 0.745, poly: 0.545 },
  "merlion-synthetic": { reference: 0.65, gate: 0.64, rcf: 0.493, poly: 0.48 },
  asd: { reference: 0.571, gate: 0.55 },
  smd: { reference: 0.657, gate: 0.63 },
  jumpstarter: { reference: 0.516, gate: 0.49 },
};

export interface RankPeers {
  /** Measurement and group, as the harness names them. */
  readonly run: string;
  readonly group: string;
  readonly reference: { readonly as1?: number; readonly avg5: number };
  readonly gate: { readonly as1?: number; readonly avg5: number };
  /** In words: the protocols differ. */
  readonly peers: string;
}

export const RANK_PEERS: readonly RankPeers[] = [
  {
    run: "nezha",
    group: "2022-08-22",
    reference: { as1: 0.71, avg5: 0.82 },
    gate: { as1: 0.62, avg5: 0.77 },
    peers: "naive z .42 / .61; MicroRCA AS@1 .16 (metrics only)",
  },
  {
    run: "nezha --late 60",
    group: "2022-08-22",
    reference: { as1: 0.75, avg5: 0.83 },
    gate: { as1: 0.62, avg5: 0.77 },
    peers: "naive z .42 / .61 (onset known)",
  },
  {
    run: "nezha",
    group: "2023-01-30",
    reference: { avg5: 0.22 },
    gate: { avg5: 0.18 },
    peers: "naive z - / .13; MicroRCA AS@1 .20 (both days)",
  },
  {
    run: "petshop",
    group: "all",
    reference: { as1: 0.54, avg5: 0.85 },
    gate: { avg5: 0.8 },
    peers: "naive z .19 / .62",
  },
  {
    run: "petshop --graph",
    group: "all",
    reference: { as1: 0.92, avg5: 0.97 },
    gate: { as1: 0.8, avg5: 0.93 },
    peers: "its own notebook, with the graph: top-1 .57 to 1.0 by kind of incident",
  },
];
