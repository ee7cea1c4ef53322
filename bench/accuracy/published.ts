/** How a quoted figure was made. */
export type Protocol = "S" | "T" | "U";

export const PROTOCOLS: Readonly<Record<Protocol, string>> = {
  S: "streaming: causal, past points only, as ours",
  T: "trained once on the first 15 % of a series, then never again",
  U: "sees the whole series at once, the future included, as TSB-AD evaluates; flattered beside S",
};

/** A peer run by us on the same series with the same scoring, or its published scores scored alike. */
export interface PublishedPeer {
  readonly name: string;
  readonly protocol: Protocol;
  /** VUS-PR on nab, ms-cloud-monitoring, merlion-synthetic; undefined where it was not run. */
  readonly vusPr: readonly [number?, number?, number?];
  /** NAB's own score, standard and low-FP, at the threshold that is best on the whole corpus. */
  readonly nab: readonly [number, number] | undefined;
}

/** Installed and run by this project on the same series, scored by the same rules. */
export const MEASURED_PEERS: readonly PublishedPeer[] = [
  peer("POLY (TSB-AD)", "U", [0.414, 0.545, 0.48], [11.9, 11.1]),
  peer("windowed isolation forest", "U", [0.398, 0.615, 0.543], [16.1, 10.8]),
  peer("Sub-PCA (TSB-AD)", "U", [0.381, 0.615, 0.461], [9.9, 8.9]),
  peer("Random Cut Forest 4.4, autoAdjust (AWS)", "S", [0.276, 0.745, 0.493], [46.3, 34.6]),
  peer("Matrix Profile (stumpy)", "U", [0.264], [1.8, 1.8]),
  peer("Prophet (in Merlion)", "T", [0.235, 0.421, 0.293], [16.9, 11.0]),
  peer("Netdata-like k-means, 18 models", "S", [0.216, 0.622, 0.371], [39.5, 34.4]),
  peer("Netdata-like k-means, 1 model", "T", [0.21, 0.686, 0.408], [32.0, 26.8]),
  peer("Merlion DefaultDetector", "T", [0.206, 0.571], [27.5, 14.0]),
  peer("Spectral residual (TSB-AD)", "U", [0.2, 0.573, 0.325], [53.2, 32.9]),
  peer("Merlion ETS", "T", [0.188, 0.46, 0.472], [0.8, 0.0]),
  peer("Merlion IsolationForest", "T", [0.176, 0.54, 0.322], [24.3, 16.4]),
  peer("EWMA z", "S", [0.135, 0.337, 0.319], [39.9, 29.1]),
];

/** Scores published in numenta/NAB `results/`, scored here; their thresholds were tuned on the corpus. */
export const NAB_PEERS: readonly PublishedPeer[] = [
  peer("ARTime", "S", [0.138], [81.4, 71.9]),
  peer("contextOSE", "S", [0.139], [77.0, 74.0]),
  peer("Numenta HTM", "S", [0.269], [72.5, 65.2]),
  peer("htmjava", "S", [0.29], [67.5, 58.6]),
  peer("numentaTM", "S", [0.3], [65.8, 61.8]),
  peer("KNN CAD", "S", [0.167], [62.8, 46.3]),
  peer("earthgecko Skyline", "S", [0.138], [56.9, 43.1]),
  peer("random cut forest (NAB's)", "S", [0.245], [52.7, 37.1]),
  peer("Twitter ADVec", "S", [0.141], [47.3, 32.0]),
  peer("windowed Gaussian", "S", [0.231], [36.0, 19.2]),
];

/** A quoted figure of another kind. */
export interface QuotedFigure {
  readonly what: string;
  readonly value: string;
  readonly remark: string;
}

export const NODE_PEERS: readonly QuotedFigure[] = [
  {
    what: "PCA as in TSB-AD: VUS-PR asd / smd / jumpstarter",
    value: ".170 / .593 / .266",
    remark: "measured on the same nodes; sees the whole series",
  },
  {
    what: "OmniAnomaly: HitRate@100 / @150 on SMD",
    value: ".80 / .89",
    remark: "KDD 2019, as quoted by later papers; other incidents and protocol",
  },
  {
    what: "largest |z| of a metric inside the true incident: HitRate@100 / @150",
    value: "asd .764 / .918, smd .605 / .800",
    remark: "measured on the same incidents",
  },
];

export const ROOT_PEERS: readonly QuotedFigure[] = [
  {
    what: "MicroRCA, metrics only, nezha Online Boutique: AS@1 / AS@3 / AS@5",
    value: ".16 / .63 / .93",
    remark: "Nezha paper, FSE 2023; 56 faults of both days, ours are the 24 of one",
  },
  {
    what: "MicroRCA, nezha Train Ticket: AS@1 / AS@3 / AS@5",
    value: ".20 / .31 / .44",
    remark: "the same source; 45 faults of both days, ours are the 17 of one",
  },
  {
    what: "PetShop's own notebook with the call graph, low traffic: top 1 / top 3",
    value: ".571 / .571 latency, .833 / 1.0 availability",
    remark: "amazon-science/petshop-root-cause-analysis",
  },
];

function peer(
  name: string,
  protocol: Protocol,
  vusPr: PublishedPeer["vusPr"],
  nab: PublishedPeer["nab"],
): PublishedPeer {
  return { name, protocol, vusPr, nab };
}
