import { MINUTE_MS } from "@foreshock/core/fold";
import type { DemoScore, FaultScore } from "./score.ts";

/** The score for people: a line a fault, then what matched none. */
export function scoreText(score: DemoScore): string {
  const { faults, quiet, unmatched, unmatchedMax, findingCount } = score;
  const lines = [
    "answer key                                      found at                  first  said",
    ...faults.map(faultLine),
    ...quiet.map(({ quiet: { title }, findings }) => {
      const verdict = findings.length === 0 ? "silent" : `${findings.length} findings`;
      return `${title.padEnd(48)}${verdict.padEnd(26)}${findings.length === 0 ? "ok" : "WRONG"}`;
    }),
    "",
    `found ${score.foundCount} of ${faults.length}, missed ${faults.length - score.foundCount}; ` +
      `right place first ${score.placeFirstCount}; labelled right ${score.labelRightCount}; ` +
      `median delay ${Math.round(score.medianDelayMs / MINUTE_MS)} min`,
    `findings ${findingCount}, of which ${unmatched.length} match no injected fault (at most ${unmatchedMax})`,
    score.passed ? "passed" : "NOT passed",
  ];
  return `${lines.join("\n")}\n`;
}

function faultLine({ fault, finding, placeFirst, labelRight, delayMs }: FaultScore): string {
  const title = fault.title.padEnd(48);
  if (finding === undefined) return `${title}MISSED`;
  const place = finding.node === null ? finding.cluster : `${finding.cluster}/${finding.node}`;
  const delay = `+${Math.round(delayMs / MINUTE_MS)} min`;
  const first = placeFirst ? "yes" : "NO";
  const said = `${finding.label} (${finding.kind})${labelRight ? "" : " WRONG"}`;
  return `${title}${place.padEnd(22)} ${delay.padStart(8)}  ${first.padEnd(5)}  ${said}`;
}

/** The score for programs: facts without the whole answer key. */
export function scoreJson(score: DemoScore): Record<string, unknown> {
  return {
    passed: score.passed,
    faults: score.faults.length,
    found: score.foundCount,
    missed: score.faults.length - score.foundCount,
    placeFirst: score.placeFirstCount,
    labelledRight: score.labelRightCount,
    quietBroken: score.quiet.reduce((sum, { findings }) => sum + findings.length, 0),
    findings: score.findingCount,
    unmatched: score.unmatched.length,
    unmatchedMax: score.unmatchedMax,
    medianDelayMinutes: Math.round(score.medianDelayMs / MINUTE_MS),
    detail: score.faults.map(({ fault, finding, labelRight, delayMs }) => ({
      id: fault.id,
      title: fault.title,
      place: finding === undefined ? null : `${finding.cluster}/${finding.node ?? "*"}`,
      label: finding?.label ?? null,
      kind: finding?.kind ?? null,
      labelRight,
      delayMinutes: finding === undefined ? null : Math.round(delayMs / MINUTE_MS),
    })),
  };
}
