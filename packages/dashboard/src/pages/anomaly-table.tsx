import type { AnomalyRow } from "@foreshock/client";
import { beside, counted } from "../format/number.ts";
import { lasting, moment } from "../format/time.ts";
import { kindWord } from "../format/word.ts";
import { useNow } from "../parts/use-now.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";
import { onsetOf } from "./node-order.ts";

/** All anomalies of the metric in the range; choosing one tells its story above. */
export function AnomalyTable(props: {
  readonly anomalies: readonly AnomalyRow[];
  readonly unit: string;
  readonly told: string | undefined;
  readonly onTell: (id: string) => void;
}) {
  const { anomalies } = props;
  if (anomalies.length === 0) return null;
  return (
    <section class="panel table-panel" aria-labelledby="anomalies-title">
      <div class="panel-head">
        <h2 id="anomalies-title">Anomalies in this range</h2>
        <span class="soft">{counted(anomalies.length, "window")}, worst first</span>
      </div>
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col">Began</th>
            <th scope="col" class="number">
              Lasted
            </th>
            <th scope="col">Shape</th>
            <th scope="col" class="number optional">
              Actual
            </th>
            <th scope="col" class="number optional">
              Typical
            </th>
          </tr>
        </thead>
        <tbody>
          {anomalies.map((anomaly) => (
            <Row key={anomaly.id} anomaly={anomaly} {...props} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row(props: {
  readonly anomaly: AnomalyRow;
  readonly unit: string;
  readonly told: string | undefined;
  readonly onTell: (id: string) => void;
}) {
  const { anomaly, unit } = props;
  const { actual, typical } = anomaly.explanation;
  const told = beside(actual, [typical.low, typical.high], unit);
  const nowMs = useNow();
  const onsetMs = onsetOf(anomaly);
  const endMs = anomaly.open ? nowMs : Date.parse(anomaly.windowEnd);
  const isTold = anomaly.id === props.told;
  return (
    <tr class={isTold ? "is-selected" : undefined}>
      <td>
        <button
          type="button"
          class="row-button"
          data-row=""
          aria-pressed={isTold}
          onClick={() => props.onTell(anomaly.id)}
        >
          <SeverityMark severity={anomaly.severity} score={anomaly.score} />
        </button>
      </td>
      <td class="nowrap">{moment(onsetMs, nowMs)}</td>
      <td class="number nowrap">
        {lasting(endMs - onsetMs)}
        {anomaly.open ? ", open" : ""}
      </td>
      <td>
        <span class="chip" data-label={anomaly.label}>
          {kindWord(anomaly.kind)}
        </span>
      </td>
      <td class="number nowrap optional">{told.value}</td>
      <td class="number nowrap optional">{told.range}</td>
    </tr>
  );
}
