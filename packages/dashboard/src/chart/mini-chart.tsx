import { useCallback, useMemo } from "react";
import type { MsRange } from "../state/time-range.ts";
import type { DrawnColumns } from "./columns.ts";
import { drawRibbon, drawSeries } from "./draw-series.ts";
import { type Shade, shadedText, shadesOf } from "./shades.ts";
import { type Surface, useCanvas } from "./use-canvas.ts";

const RIBBON_HEIGHT = 6;
const RIBBON_GAP = 3;

/** A small chart of one series: expected band, line, anomaly shades, and the score ribbon under it. */
export function MiniChart(props: {
  readonly columns: DrawnColumns;
  readonly range: MsRange;
  readonly stepMs: number;
  readonly height: number;
  /** Anomalies to shade, from the instant that is told of them. */
  readonly anomalies: readonly Shade[];
  /** What a reader of the screen hears in its place. */
  readonly label: string;
}) {
  const { columns, range, stepMs, height, anomalies } = props;
  const shades = useMemo(() => shadesOf(columns, stepMs, anomalies), [columns, stepMs, anomalies]);
  const draw = useCallback(
    ({ context, width, tokens }: Surface) => {
      const plotHeight = height - RIBBON_HEIGHT - RIBBON_GAP;
      const plot = { x: 0, y: 1, width, height: plotHeight - 2 };
      const ribbon = { x: 0, y: height - RIBBON_HEIGHT, width, height: RIBBON_HEIGHT };
      drawSeries(context, columns, range, plot, tokens, shades);
      drawRibbon(context, columns, range, stepMs, ribbon, tokens);
    },
    [columns, range, stepMs, height, shades],
  );
  const ref = useCanvas(draw, height);
  return (
    <div class="canvas-box">
      <canvas
        ref={ref}
        role="img"
        aria-label={props.label}
        data-shaded={shadedText(shades, range)}
      />
    </div>
  );
}
