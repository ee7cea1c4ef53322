import type { AnomalyRow, Explanation } from "@foreshock/client";
import { beside, change, counted, limit, percent, percents, scored } from "../format/number.ts";
import { lasting, moment, msOf, rarity } from "../format/time.ts";
import { confidenceWord, factorWords, kindWord } from "../format/word.ts";
import { useNow } from "../parts/use-now.ts";

/** A view with less than half a percent of the evidence said nothing. */
const SHARE_MIN = 0.005;

/** Why this score: what the evidence is made of, and typical against actual. */
export function WhyPanel(props: {
  readonly anomaly: AnomalyRow;
  readonly unit: string;
  /** Its explanation, asked for by itself; undefined until it is there. */
  readonly asked: Explanation | undefined;
}) {
  const { anomaly, unit, asked } = props;
  return (
    <section class="panel why" aria-labelledby="why-title">
      <div class="panel-head">
        <h2 id="why-title">Why this score</h2>
        <span class="soft">
          score {scored(anomaly.score)}: {rarity(anomaly.explanation.returnPeriodDays)} for this
          metric
        </span>
      </div>
      <div class="why-body">
        <Factors anomaly={anomaly} />
        <Facts anomaly={anomaly} unit={unit} asked={asked} />
      </div>
    </section>
  );
}

function Factors({ anomaly }: { readonly anomaly: AnomalyRow }) {
  const factors = anomaly.explanation.factors
    .filter(({ share }) => share >= SHARE_MIN)
    .sort((a, b) => b.share - a.share);
  const shown = percents(factors.map(({ share }) => share));
  return (
    <dl class="factors" aria-label="Shares of the evidence">
      {factors.map(({ name, share }, i) => {
        const [word, meaning] = factorWords(name);
        return (
          <div key={name}>
            <dt>
              {word} <span class="soft">{meaning}</span>
            </dt>
            <dd>
              <span class="bar" aria-hidden="true">
                <span style={{ width: `${share * 100}%` }} />
              </span>
              <span class="number">{shown[i]}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

type Fact = readonly [name: string, value: string, more: string];

function Facts(props: {
  readonly anomaly: AnomalyRow;
  readonly unit: string;
  readonly asked: Explanation | undefined;
}) {
  const { anomaly, unit, asked } = props;
  const { explanation } = anomaly;
  const { typical, deviation } = explanation;
  const nowMs = useNow();
  const onsetMs = msOf(explanation.onset) ?? Date.parse(anomaly.windowStart);
  const peakMs = msOf(explanation.peak);
  const endMs = anomaly.open ? nowMs : Date.parse(anomaly.windowEnd);
  const told = beside(explanation.actual, [typical.low, typical.high], unit);
  const facts: readonly Fact[] = [
    ["Typical", told.range, ""],
    ["Actual", told.value, peakMs === null ? "" : `at ${moment(peakMs, nowMs)}`],
    ["Deviation", change(deviation.percent), sigmaWords(deviation.sigma)],
    ...normalIf(asked, unit, nowMs),
    ...besidePeers(asked),
    ["How rare", rarity(explanation.returnPeriodDays), "for this metric"],
    ["Shape", kindWord(anomaly.kind), anomaly.label],
    [anomaly.open ? "Since" : "From", moment(onsetMs, nowMs), lasting(endMs - onsetMs)],
    ["Confidence", confidenceWord(explanation.confidence), percent(explanation.confidence)],
  ];
  return (
    <dl class="why-facts">
      {facts.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value} {more === "" || more === value ? null : <span class="soft">{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The value that would have been normal; nothing is said of values that stand still or are gone. */
function normalIf(asked: Explanation | undefined, unit: string, nowMs: number): Fact[] {
  if (asked === undefined || asked.kind === "flatline" || asked.kind === "missing") return [];
  const { counterfactual } = asked;
  if (counterfactual === null) {
    return [["Normal if", "no single value", "the points before it weigh enough by themselves"]];
  }
  const { at, value, bound, score } = counterfactual;
  const sign = bound === "at-most" ? "≤" : "≥";
  const when = `at ${moment(Date.parse(at), nowMs)}, score ${scored(score)}`;
  return [["Normal if", `${sign} ${limit(value, unit)}`, when]];
}

/** Alone, or with others of the cluster; nothing is said where there are too few to compare with. */
function besidePeers(asked: Explanation | undefined): Fact[] {
  if (asked === undefined || asked.peers === null) return [];
  const { z, compared, anomalous } = asked.peers;
  const distance = z === null ? "" : `${Math.abs(z).toFixed(1)} σ from their median`;
  const company =
    anomalous === 0
      ? `alone among ${counted(compared, "peer")}`
      : `with ${anomalous} of ${counted(compared, "other")}`;
  return [["Beside peers", company, distance]];
}

function sigmaWords(sigma: number | null): string {
  return sigma === null ? "" : `${Math.abs(sigma).toFixed(1)} σ`;
}
