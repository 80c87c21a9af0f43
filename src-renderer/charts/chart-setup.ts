import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  type ChartOptions,
  type Plugin,
} from "chart.js";
import zoomPlugin from "chartjs-plugin-zoom";
import { chartColors } from "./palette.js";

/** The parts of Chart.js that the studio draws with, registered once. */
Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  zoomPlugin,
);

export { Chart };

export const chartFont = { family: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif', size: 12 } as const;

/** Of charts that stand still: what is under the pointer, the legend and the values are the page's own, and data come ready to be drawn. */
export const still = {
  responsive: true,
  maintainAspectRatio: false,
  animation: false,
  normalized: true,
  parsing: false,
  events: [],
  plugins: { legend: { display: false }, tooltip: { enabled: false } },
} satisfies ChartOptions;

/** Vertical lines: the place under the pointer, and rules with their words. The function is asked at each drawing. */
export function verticalLines(
  lines: () => readonly { readonly x: number; readonly color: string; readonly label?: string; readonly dashed?: boolean }[],
): Plugin {
  return {
    id: "verticalLines",
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      for (const { x, color, label, dashed } of lines()) {
        const at = scales["x"]?.getPixelForValue(x);
        if (at === undefined || !(at >= chartArea.left - 1 && at <= chartArea.right + 1)) continue;
        ctx.save();
        ctx.strokeStyle = ctx.fillStyle = color;
        ctx.lineWidth = 1;
        ctx.setLineDash(dashed ? [3, 3] : []);
        ctx.beginPath();
        ctx.moveTo(at, chartArea.top);
        ctx.lineTo(at, chartArea.bottom);
        ctx.stroke();
        if (label !== undefined) {
          ctx.font = `12px ${chartFont.family}`;
          ctx.textAlign = at > (chartArea.left + chartArea.right) / 2 ? "right" : "left";
          ctx.fillText(label, at + (ctx.textAlign === "right" ? -6 : 6), chartArea.top + 12);
        }
        ctx.restore();
      }
    },
  };
}

/** How axes look in each theme. */
export function axis(
  dark: boolean,
  text: string,
  kind: "linear" | "logarithmic",
  more: Readonly<Record<string, unknown>> = {},
  ticks: Readonly<Record<string, unknown>> = {},
) {
  const colors = chartColors(dark);
  return {
    type: kind,
    title: { display: text !== "", text, color: colors.text, font: chartFont, padding: 0 },
    grid: { color: colors.grid, tickLength: 4 },
    border: { color: colors.grid },
    ticks: { color: colors.text, font: chartFont, maxRotation: 0, autoSkipPadding: 20, maxTicksLimit: 8, ...ticks },
    ...more,
  } as const;
}
