import type { FileForm } from "../head.ts";
import { cloudwatchConsoleForm } from "./cloudwatch-console.ts";
import { datadogForm } from "./datadog.ts";
import { influxForm } from "./influx.ts";
import { plainForm } from "./plain.ts";
import { sadfForm } from "./sadf.ts";
import { typeperfForm } from "./typeperf.ts";

/** Forms of export in the order in which they are tried; the last one takes every file. */
export const FILE_FORMS: readonly FileForm[] = [
  influxForm,
  sadfForm,
  cloudwatchConsoleForm,
  typeperfForm,
  datadogForm,
  plainForm,
];
