import {
  cpuAt,
  isoOf,
  memAt,
  SAMPLE_POINTS,
  SAMPLE_START_MS,
  SAMPLE_STEP_MS,
} from "./sample-values.ts";

function points<Item>(of: (i: number) => Item): Item[] {
  return Array.from({ length: SAMPLE_POINTS }, (_, i) => of(i));
}

const secondsOf = (i: number) => (SAMPLE_START_MS + i * SAMPLE_STEP_MS) / 1000;

function prometheus() {
  const series = (instance: string, value: (i: number) => number) => ({
    metric: { __name__: "node_load1", instance, job: "node" },
    values: points((i) => [secondsOf(i), value(i).toFixed(2)]),
  });
  const result = [series("web-1:9100", cpuAt), series("web-2:9100", memAt)];
  return { status: "success", data: { resultType: "matrix", result } };
}

/** Newest first, as CloudWatch answers. */
function cloudwatch() {
  const times = points((i) => isoOf(i).replace("Z", "+00:00")).reverse();
  const series = (Id: string, Label: string, value: (i: number) => number) => ({
    ...{ Id, Label, Timestamps: times, StatusCode: "Complete" },
    Values: points(value).reverse(),
  });
  return {
    MetricDataResults: [series("m1", "CPUUtilization", cpuAt), series("m2", "NetworkIn", memAt)],
  };
}

function cloudwatchStatistics() {
  const Datapoints = points((i) => ({ Timestamp: isoOf(i), Average: cpuAt(i), Unit: "Percent" }));
  return { Label: "CPUUtilization", Datapoints };
}

function datadog() {
  const series = (host: string, value: (i: number) => number) => ({
    ...{ metric: "system.cpu.user", tag_set: [`host:${host}`], scope: `host:${host}` },
    pointlist: points((i) => [SAMPLE_START_MS + i * SAMPLE_STEP_MS, value(i)]),
  });
  return { status: "ok", series: [series("web-1", cpuAt), series("web-2", memAt)] };
}

export const JSON_SAMPLES: Readonly<Record<string, () => string>> = {
  "prometheus.json": () => JSON.stringify(prometheus()),
  "cloudwatch-data.json": () => JSON.stringify(cloudwatch(), undefined, 4),
  "cloudwatch-statistics.json": () => JSON.stringify(cloudwatchStatistics()),
  "datadog.json": () => JSON.stringify(datadog()),
};
