import type { Severity } from "@foreshock/client";
import { scored } from "../format/number.ts";
import { STAR } from "./star.ts";

/** The glyph of a severity: none a dot, low a ring, moderate a star, major two, critical a triangle. */
export function SeverityGlyph({ severity }: { readonly severity: Severity }) {
  return (
    <svg
      class={`glyph sev-${severity}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
    >
      <rect class="glyph-ground" x="0.5" y="0.5" width="15" height="15" rx="3.5" />
      <Shape severity={severity} />
    </svg>
  );
}

function Shape({ severity }: { readonly severity: Severity }) {
  switch (severity) {
    case "critical":
      return <path class="glyph-ink" d="M8 3.2 13 12.4H3z" />;
    case "major":
      return (
        <>
          <path class="glyph-ink" transform="translate(4.8 8) scale(.82)" d={STAR} />
          <path class="glyph-ink" transform="translate(11.2 8) scale(.82)" d={STAR} />
        </>
      );
    case "moderate":
      return <path class="glyph-ink" transform="translate(8 8) scale(1.15)" d={STAR} />;
    case "low":
      return <circle class="glyph-line" cx="8" cy="8" r="3" />;
    case "none":
      return <circle class="glyph-ink" cx="8" cy="8" r="1.5" />;
  }
}

/** Glyph, word and score: a severity is never a colour alone. */
export function SeverityMark({
  severity,
  score,
}: {
  readonly severity: Severity;
  readonly score?: number | null;
}) {
  return (
    <span class="mark">
      <SeverityGlyph severity={severity} />
      <span class="mark-word">{severity === "none" ? "normal" : severity}</span>
      {score === undefined ? null : <b class="mark-score">{scored(score)}</b>}
    </span>
  );
}
