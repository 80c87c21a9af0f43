import type { Plugin } from "chart.js";
import { chartFont } from "./chart-setup.js";

/** A stretch of the x axis that stands out. */
export interface ChartBand {
  readonly from: number;
  readonly to: number;
  /** Of the whole height; absent: none. */
  readonly fill?: string;
  /** Hatched at the foot, so that it shows however short it is. */
  readonly hatch?: string;
  /** A bar at the top. */
  readonly head?: string;
  readonly label?: string;
  readonly text?: string;
}

/** Draws stretches behind lines. The function is asked at each drawing. */
export function timeBands(bands: () => readonly ChartBand[]): Plugin {
  return {
    id: "timeBands",
    beforeDatasetsDraw({ ctx, chartArea: { left, right, top, bottom }, scales }) {
      const x = scales["x"];
      if (!x) return;
      ctx.save();
      ctx.font = `12px ${chartFont.family}`;
      ctx.textBaseline = "top";
      for (const { from, to, fill, hatch, head, label, text } of bands()) {
        const [start, end] = [x.getPixelForValue(from), x.getPixelForValue(to)];
        if (!(end >= left) || !(start <= right)) continue;
        const [a, b] = [Math.max(left, start), Math.min(right, Math.max(end, start + 1.5))];
        if (fill !== undefined) {
          ctx.fillStyle = fill;
          ctx.fillRect(a, top, b - a, bottom - top);
        }
        if (head !== undefined) {
          ctx.fillStyle = head;
          ctx.fillRect(a, top, b - a, 4);
        }
        if (hatch !== undefined) stripes(ctx, a, b, bottom, hatch);
        if (label !== undefined && text !== undefined && b - a > ctx.measureText(label).width + 8) {
          ctx.fillStyle = text;
          ctx.fillText(label, a + 5, hatch === undefined ? top + 7 : bottom - 24);
        }
      }
      ctx.restore();
    },
  };
}

const FOOT = 8;

function stripes(ctx: CanvasRenderingContext2D, from: number, to: number, bottom: number, color: string): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, bottom - FOOT, Math.max(2, to - from), FOOT);
  ctx.clip();
  ctx.globalAlpha = 0.35;
  ctx.fillStyle = color;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  for (let x = from - FOOT; x < to + FOOT; x += 5) {
    ctx.moveTo(x, bottom);
    ctx.lineTo(x + FOOT, bottom - FOOT);
  }
  ctx.stroke();
  ctx.restore();
}
