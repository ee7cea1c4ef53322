import type { FindingRow } from "@foreshock/client";
import { useState } from "react";
import { lasting, moment, msOf } from "../format/time.ts";
import { kindWord, outcomeWord } from "../format/word.ts";
import { Go } from "../parts/go.tsx";
import { useNow } from "../parts/use-now.ts";
import { useSession } from "../session/session.tsx";
import { SeverityMark } from "../severity/severity-mark.tsx";
import { findingPlace, rangeChange } from "./finding-place.ts";
import { placeWords } from "./verdict.ts";

/** Rows before one has to ask for more. */
const ROWS_FIRST = 8;

/** Findings that are over, newest first. */
export function FindingTable({ findings }: { readonly findings: readonly FindingRow[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? findings : findings.slice(0, ROWS_FIRST);
  const rest = findings.length - shown.length;
  return (
    <section class="panel table-panel" aria-labelledby="closed-title">
      <div class="panel-head">
        <h2 id="closed-title">Over</h2>
        <span class="soft">findings of the last 30 days that have ended</span>
      </div>
      <table class="rows finding-rows">
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col">Where</th>
            <th scope="col">What</th>
            <th scope="col">Since</th>
            <th scope="col" class="number">
              Lasted
            </th>
            <th scope="col" class="optional">
              State
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((finding) => (
            <ClosedRow key={finding.id} finding={finding} />
          ))}
        </tbody>
      </table>
      {rest > 0 ? (
        <button type="button" class="button button-small" onClick={() => setAll(true)}>
          Show {rest} more
        </button>
      ) : null}
    </section>
  );
}

function ClosedRow({ finding }: { readonly finding: FindingRow }) {
  const { tenant } = useSession();
  const nowMs = useNow();
  const sinceMs = msOf(finding.onset) ?? Date.parse(finding.openedAt);
  const endMs = msOf(finding.closedAt) ?? sinceMs;
  return (
    <tr>
      <td>
        <SeverityMark severity={finding.severity} score={finding.score} />
      </td>
      <td>
        <Go to={findingPlace(finding, tenant)} change={rangeChange(finding, nowMs)} row>
          {placeWords(finding)}
        </Go>
      </td>
      <td class="wide told" title={finding.text}>
        <span class="chip" data-label={finding.label}>
          {kindWord(finding.kind)}
        </span>
        {finding.text}
      </td>
      <td class="nowrap">{moment(sinceMs, nowMs)}</td>
      <td class="number nowrap">{lasting(endMs - sinceMs)}</td>
      <td class="nowrap optional">{outcomeWord(finding.outcome, false)}</td>
    </tr>
  );
}
