import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { MsRange } from "../state/time-range.ts";
import { useTheme } from "../theme/theme.ts";
import { tokensOf } from "../theme/tokens.ts";
import type { Columns } from "./columns.ts";
import { plotData, plotOptions } from "./plot-options.ts";
import { type Shade, shadedText, shadesOf } from "./shades.ts";

interface MetricChartProps {
  readonly columns: Columns;
  readonly range: MsRange;
  readonly stepMs: number;
  readonly unit: string;
  /** Anomalies to shade, from the instant that is told of them. */
  readonly anomalies: readonly Shade[];
  readonly height: number;
  readonly label: string;
  readonly onPoint: (index: number | null) => void;
  readonly onZoom: (range: MsRange) => void;
  readonly onReset: () => void;
}

/** The big chart of a metric. Dragging zooms; a double click goes back to the last 24 hours. */
export default function MetricChart(props: MetricChartProps) {
  const { columns, range, stepMs, unit, height, anomalies } = props;
  const shades = useMemo(() => shadesOf(columns, stepMs, anomalies), [columns, stepMs, anomalies]);
  const box = useRef<HTMLDivElement>(null);
  const { theme } = useTheme();
  const calls = useRef(props);
  calls.current = props;

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const facts = {
      columns,
      range,
      stepMs,
      unit,
      shades,
      tokens: tokensOf(theme),
      family: getComputedStyle(document.body).fontFamily,
      onPoint: (index: number | null) => calls.current.onPoint(index),
      onZoom: (zoomed: MsRange) => calls.current.onZoom(zoomed),
    };
    const options = plotOptions(facts, element.clientWidth, height);
    const plot = new uPlot(options, plotData(facts), element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [columns, range, stepMs, unit, shades, height, theme]);

  return (
    <div
      ref={box}
      class="metric-chart"
      style={{ height: `${height}px` }}
      role="img"
      aria-label={props.label}
      data-shaded={shadedText(shades, range)}
      onDblClick={props.onReset}
    />
  );
}
