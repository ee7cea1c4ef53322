import { useEffect, useRef } from "react";
import { type Theme, useTheme } from "../theme/theme.ts";
import { type Tokens, tokensOf } from "../theme/tokens.ts";

export interface Surface {
  readonly context: CanvasRenderingContext2D;
  /** CSS pixels; the context is scaled to them. */
  readonly width: number;
  readonly height: number;
  readonly tokens: Tokens;
}

/**
 * A canvas that fills its parent's width and is drawn again when its size, the theme or `draw`
 * changes. Keep `draw` stable (useCallback) while nothing it reads has changed.
 */
export function useCanvas(draw: (surface: Surface) => void, height: number) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { theme } = useTheme();

  useEffect(() => {
    const canvas = ref.current;
    const parent = canvas?.parentElement;
    if (!canvas || !parent) return;
    const paint = () => paintOn(canvas, parent.clientWidth, height, theme, draw);
    const observer = new ResizeObserver(paint);
    observer.observe(parent);
    paint();
    return () => observer.disconnect();
  }, [draw, height, theme]);

  return ref;
}

function paintOn(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  theme: Theme,
  draw: (surface: Surface) => void,
): void {
  const ratio = window.devicePixelRatio || 1;
  const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixelWidth) canvas.width = pixelWidth;
  if (canvas.height !== pixelHeight) canvas.height = pixelHeight;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  if (context === null || width === 0) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  draw({ context, width, height, tokens: tokensOf(theme) });
}

/** A fill of thin diagonal lines: "no data here", told apart without colour. */
export function hatchOf(context: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = 6;
  tile.height = 6;
  const pen = tile.getContext("2d");
  if (pen === null) return colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const shift of [-6, 0, 6]) {
    pen.moveTo(shift, 6);
    pen.lineTo(shift + 6, 0);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat") ?? colour;
}
