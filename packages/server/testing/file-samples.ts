import { DAY_MS, HOUR_MS } from "@foreshock/core/fold";
import { JSON_SAMPLES } from "./json-samples.ts";
import {
  clockOf,
  cpuAt,
  isoOf,
  memAt,
  rowsOf,
  SAMPLE_POINTS,
  SAMPLE_START_MS,
  SAMPLE_STEP_MS,
  thousands,
} from "./sample-values.ts";

const MONTHS = ["Jan", "Feb", "Mar"];
const EXCEL_EPOCH_MS = Date.UTC(1899, 11, 30);

/** Day, month and clock of a point in pieces. */
function partsOf(i: number) {
  const [date = "", clock = ""] = isoOf(i).split("T");
  const [year = "", month = "", day = ""] = date.split("-");
  const hour = Number(clock.slice(0, 2));
  return { date, year, month, day, hour, minute: clock.slice(3, 5), clock: clock.slice(0, 8) };
}

/** `12:05:00 AM`. */
function halfDay(i: number): string {
  const { hour, minute } = partsOf(i);
  return `${hour % 12 || 12}:${minute}:00 ${hour < 12 ? "AM" : "PM"}`;
}

function table(header: string, row: (i: number) => string, end = "\n"): string {
  return [header, ...rowsOf(row)].join(end) + end;
}

function comma(value: number): string {
  return value.toFixed(2).replace(".", ",");
}

/** Series whose points lie at other seconds each, as Grafana joins them. */
function joined(): string {
  const at = (i: number, seconds: number) =>
    new Date(SAMPLE_START_MS + i * SAMPLE_STEP_MS + seconds * 1000)
      .toISOString()
      .slice(0, 19)
      .replace("T", " ");
  const rows = rowsOf(
    (i) => `${at(i, 3)},${cpuAt(i).toFixed(2)},\n${at(i, 41)},,${memAt(i).toFixed(2)}`,
  );
  return `"Time","cpu","mem"\n${rows.join("\n")}\n`;
}

function influx(): string {
  const notes = [
    "#group,false,false,true,true,false,false,true,true,true",
    "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string,string",
    "#default,_result,,,,,,,,",
    ",result,table,_start,_stop,_time,_value,_field,_measurement,host",
  ].join("\r\n");
  const rows = (host: string, number: number, value: (i: number) => number) =>
    rowsOf(
      (i) =>
        `,,${number},2026-03-02T00:00:00Z,2026-03-08T00:00:00Z,${isoOf(i)},${value(i).toFixed(3)},usage_user,cpu,${host}`,
    ).join("\r\n");
  return `${notes}\r\n${rows("web-1", 0, cpuAt)}\r\n\r\n${notes}\r\n${rows("web-2", 1, memAt)}\r\n`;
}

function influxPivoted(): string {
  const head = [
    "#group,false,false,false,false,false,true",
    "#datatype,string,long,dateTime:RFC3339,double,double,string",
    "#default,_result,,,,,",
    ",result,table,_time,usage_user,usage_system,host",
  ];
  const rows = rowsOf((i) => `,,0,${isoOf(i)},${cpuAt(i).toFixed(3)},${memAt(i).toFixed(3)},web-1`);
  return `${[...head, ...rows].join("\n")}\n`;
}

function cloudwatchConsole(): string {
  const head = [
    '"Full label","CPUUtilization","NetworkIn"',
    '"Label","CPUUtilization","NetworkIn"',
    '"Metric name","CPUUtilization","NetworkIn"',
    '"Statistic","Average","Average"',
    '"Period","300","300"',
  ];
  const rows = rowsOf(
    (i) =>
      `"${clockOf(i).replaceAll("-", "/")}","${cpuAt(i).toFixed(3)}","${Math.round(memAt(i) * 1e5)}"`,
  );
  return `${[...head, ...rows].join("\n")}\n`;
}

function sadf(): string {
  const rows = rowsOf(
    (i) =>
      `web-1;300;${clockOf(i)} UTC;-1;${cpuAt(i).toFixed(2)};0.00\nweb-1;300;${clockOf(i)} UTC;0;${memAt(i).toFixed(2)};0.00`,
  );
  const head = "# hostname;interval;timestamp;CPU;%user;%nice";
  const restart = "web-1;-1;2026-03-02 00:00:00 UTC;LINUX-RESTART\t(2 CPU)";
  const half = Math.floor(rows.length / 2);
  return `${[restart, head, ...rows.slice(0, half), restart, head, ...rows.slice(half)].join("\n")}\n`;
}

/** The sum of what came per step, that begins again once. */
function cumulated(): readonly string[] {
  let sum = 1000.5;
  return Array.from({ length: SAMPLE_POINTS }, (_, i) => {
    sum = i === 700 ? 0 : sum + cpuAt(i) * 10;
    return sum.toFixed(2);
  });
}

function utf16(text: string): Buffer {
  return Buffer.from(`\uFEFF${text}`, "utf16le");
}

/** Files as tools write them, by name; each holds the rise of an hour in its first series. */
export const FILE_SAMPLES: Readonly<Record<string, () => string | Buffer>> = {
  ...JSON_SAMPLES,
  "narrow.csv": () =>
    table("timestamp,cpu", (i) => `${(SAMPLE_START_MS + i * SAMPLE_STEP_MS) / 1000},${cpuAt(i)}`),
  "wide.csv": () => table("timestamp,cpu,mem", (i) => `${isoOf(i)},${cpuAt(i)},${memAt(i)}`),
  "long.csv": () =>
    table(
      "cluster,node,metric,timestamp,value",
      (i) => `eu,a,cpu,${isoOf(i)},${cpuAt(i)}\neu,b,cpu,${isoOf(i)},${memAt(i)}`,
    ),
  "tags.csv": () =>
    table(
      "time,host,device,metric,value",
      (i) =>
        `${isoOf(i)},web-1,sda,disk_used,${cpuAt(i).toFixed(2)}\n${isoOf(i)},web-1,sdb,disk_used,${memAt(i).toFixed(2)}`,
    ),
  "number-tags.csv": () =>
    table(
      "time,cpu,usage",
      (i) => `${isoOf(i)},0,${cpuAt(i).toFixed(2)}\n${isoOf(i)},1,${memAt(i).toFixed(2)}`,
    ),
  "grafana-joined.csv": joined,
  "grafana-rows.csv": () =>
    table(
      '"Series";"Time";"Value"',
      (i) =>
        `"web-1";"${clockOf(i).replace(" ", "T")}+00:00";${thousands(cpuAt(i) * 31_000)}\n"web-2";"${clockOf(i).replace(" ", "T")}+00:00";${thousands(memAt(i) * 31_000)}`,
    ),
  "grafana-formatted.csv": () =>
    `sep=,\n${table('"Time","cpu","mem"', (i) => `${clockOf(i)},${cpuAt(i).toFixed(2)}%,${(memAt(i) / 50).toFixed(2)} GiB`)}`,
  "pandas-range.csv": () => table(",timestamp,cpu", (i) => `${i},${clockOf(i)},${cpuAt(i)}`),
  "pandas-dates.csv": () => table(",cpu,mem", (i) => `${clockOf(i)}+00:00,${cpuAt(i)},${memAt(i)}`),
  "influx.csv": influx,
  "influx-pivoted.csv": influxPivoted,
  "kibana.csv": () =>
    table('"@timestamp","Average of system.load"', (i) => {
      const { month, day, year, clock } = partsOf(i);
      const date = `${MONTHS[Number(month) - 1]} ${Number(day)}, ${year} @ ${clock}.000`;
      return `"${date}","${thousands(cpuAt(i) * 31)}"`;
    }),
  "cloudwatch-console.csv": cloudwatchConsole,
  "sadf.csv": sadf,
  "datadog.csv": () =>
    table(
      "time,query,group,value",
      (i) =>
        `${isoOf(i)},system.cpu.user,"host:web-1,env:prod",${cpuAt(i)}\n${isoOf(i)},system.cpu.user,"host:web-2,env:prod",${memAt(i)}`,
    ),
  "google-cloud.csv": () =>
    [
      '"TimeSeries ID","web-1","web-2"',
      '"resource.type","gce_instance","gce_instance"',
      '"Time (UTC)","",""',
      ...rowsOf((i) => {
        const { month, day, year, clock } = partsOf(i);
        const date = `${MONTHS[Number(month) - 1]} ${day} ${year} ${clock}`;
        return `"Mon ${date} GMT+0000 (Coordinated Universal Time)",${cpuAt(i)},${memAt(i)}`;
      }),
    ].join("\n"),
  "azure.csv": () =>
    [
      'Resource,"web-1"',
      'Metric,"Percentage CPU"',
      'Aggregation,"Avg"',
      '"Timestamp (UTC)","web-1","web-2"',
      ...rowsOf((i) => {
        const { month, day, year } = partsOf(i);
        return `"${Number(month)}/${Number(day)}/${year} ${halfDay(i)}",${cpuAt(i)},${memAt(i)}`;
      }),
    ].join("\r\n"),
  "cost-explorer.csv": () =>
    table('"Service","EC2($)","S3($)"\n"Service total","5000.1","300.2"', (i) => {
      return `"${isoOf(i)}","${cpuAt(i).toFixed(10)}","${memAt(i).toFixed(10)}"`;
    }),
  "typeperf.csv": () =>
    table(
      '"(PDH-CSV 4.0) (UTC)(0)","\\\\WEB1\\Processor(_Total)\\% Processor Time"',
      (i) => {
        const { month, day, year, clock } = partsOf(i);
        return `"${month}/${day}/${year} ${clock}.000","${i === 0 ? " " : cpuAt(i).toFixed(6)}"`;
      },
      "\r\n",
    ),
  "excel-semicolon.csv": () =>
    `sep=;\r\n${table(
      "Zeit;Last;Anteil",
      (i) => {
        const { day, month, year, clock } = partsOf(i);
        return `${day}.${month}.${year} ${clock};${comma(cpuAt(i) * 31)};${comma(memAt(i))} %`;
      },
      "\r\n",
    )}`,
  "excel-utf16.txt": () => utf16(table("Time\tcpu", (i) => `${clockOf(i)}\t${cpuAt(i)}`, "\r\n")),
  "excel-serial.csv": () =>
    table("Date,cpu", (i) => {
      const days = (SAMPLE_START_MS + i * SAMPLE_STEP_MS - EXCEL_EPOCH_MS) / DAY_MS;
      return `${days.toFixed(8)},${cpuAt(i)}`;
    }),
  "excel-us.csv": () =>
    table("Date Time,cpu", (i) => {
      const { month, day, year } = partsOf(i);
      return `${Number(month)}/${Number(day)}/${year} ${halfDay(i)},${cpuAt(i)}`;
    }),
  "date-and-time.csv": () =>
    table("Date,Time,cpu", (i) => `${partsOf(i).date},${partsOf(i).clock},${cpuAt(i)}`),
  "digits.csv": () =>
    table("time,cpu", (i) => `${clockOf(i).replace(/\D/g, "").slice(0, 12)},${cpuAt(i)}`),
  "micros.csv": () =>
    table("time,cpu", (i) => `${SAMPLE_START_MS + i * SAMPLE_STEP_MS}000,${cpuAt(i)}`),
  "nanos.csv": () =>
    table("time,cpu", (i) => `${SAMPLE_START_MS + i * SAMPLE_STEP_MS}000000,${cpuAt(i)}`),
  "comments.csv": () =>
    `# made by "collector 2\n# host web-1\n${table("timestamp,cpu", (i) => (i === 9 ? `# a pause\n${isoOf(i)},` : `${isoOf(i)},${i === 8 ? "-nan" : cpuAt(i)}`))}`,
  "preamble.csv": () =>
    `Report of node web-1\nWritten on Mon, 2 Mar 2026\n\n${table("Time,cpu,mem\n,%,MB", (i) => `${clockOf(i)},${cpuAt(i)},${memAt(i)}`)}`,
  "local.csv": () =>
    table("time,cpu", (i) => {
      const there = new Date(SAMPLE_START_MS + i * SAMPLE_STEP_MS + HOUR_MS).toISOString();
      return `${there.slice(0, 19).replace("T", " ")},${cpuAt(i)}`;
    }),
  "own-format.csv": () =>
    table("when,cpu", (i) => {
      const { day, month, year, hour, minute } = partsOf(i);
      return `${hour}h${minute} ${day}-${month}-${year},${cpuAt(i)}`;
    }),
  "points-in-thousands.csv": () =>
    table(
      "time;users",
      (i) =>
        `${clockOf(i)};${thousands(cpuAt(i) * 22)
          .split(".")[0]!
          .replaceAll(",", ".")}`,
    ),
  "title.csv": () =>
    `"a, title"\nmade today\n${table("time,cpu", (i) => `${clockOf(i)},${cpuAt(i)}`)}`,
  "counter.csv": () => {
    const sums = cumulated();
    return table("time,work_done", (i) => `${isoOf(i)},${sums[i]}`);
  },
  "boxes.csv": () =>
    table("time,box,load", (i) => `${isoOf(i)},a,${cpuAt(i)}\n${isoOf(i)},b,${memAt(i)}`),
};
