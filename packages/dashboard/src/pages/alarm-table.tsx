import type { AlarmRow } from "@foreshock/client";
import { counted } from "../format/number.ts";
import { lasting, moment, msOf, rarity } from "../format/time.ts";
import { outcomeWord } from "../format/word.ts";
import { useNow } from "../parts/use-now.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";

/** Alarms of a metric, newest first: each opened once, however long its fault lasted. */
export function AlarmTable({ alarms }: { readonly alarms: readonly AlarmRow[] }) {
  if (alarms.length === 0) return null;
  return (
    <section class="panel table-panel" aria-labelledby="alarms-title">
      <div class="panel-head">
        <h2 id="alarms-title">Alarms</h2>
        <span class="soft">{counted(alarms.length, "opening")} in this range, newest first</span>
      </div>
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Alarm score</th>
            <th scope="col">Opened</th>
            <th scope="col" class="number">
              Lasted
            </th>
            <th scope="col">State</th>
            <th scope="col" class="optional">
              Evidence
            </th>
          </tr>
        </thead>
        <tbody>
          {alarms.map((alarm) => (
            <Row key={alarm.id} alarm={alarm} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ alarm }: { readonly alarm: AlarmRow }) {
  const nowMs = useNow();
  const openedMs = Date.parse(alarm.openedAt);
  const open = alarm.closedAt === null;
  const endMs = open ? nowMs : (msOf(alarm.lastAt) ?? openedMs);
  return (
    <tr>
      <td>
        <SeverityMark severity={alarm.severity} score={alarm.score} />
      </td>
      <td class="nowrap">{moment(openedMs, nowMs)}</td>
      <td class="number nowrap">{lasting(endMs - openedMs)}</td>
      <td>{outcomeWord(alarm.outcome, open)}</td>
      <td class="optional">{rarity(alarm.evidenceDays)}</td>
    </tr>
  );
}
