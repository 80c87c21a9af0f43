import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DAY = 86_400_000;
const isoDay = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Two shops' sales day by day, with a week's rhythm: one lacks three days in a row and has one twice, the other begins later. The same every time. */
export function salesTable(days = 400): string {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const first = Date.UTC(2023, 0, 2);
  const lines: string[] = [];
  for (const [shop, level, from] of [
    ["North", 120, 0],
    ["South", 80, 40],
  ] as const) {
    for (let day: number = from; day < days; day++) {
      if (shop === "North" && day >= 200 && day < 203) continue;
      const weekly = [0, 4, 8, 10, 18, 40, 25][day % 7] ?? 0;
      const promotion = day % 23 < 2 ? 1 : 0;
      const sold = level + weekly + day * 0.05 + promotion * 30 + random() * 12;
      const line = [shop, isoDay(first + day * DAY), sold.toFixed(1), promotion, (12 + 9 * Math.sin(day / 58) + random() * 3).toFixed(1)].join(",");
      lines.push(line);
      if (shop === "North" && day === 150) lines.push(line);
    }
  }
  return `shop,date,sold,promotion,temperature\n${lines.join("\n")}\n`;
}

export interface SalesChoices {
  readonly epochs?: number;
  readonly source?: Readonly<Record<string, unknown>>;
}

/** A project that forecasts a week of sales from three weeks of the past and what is known of the future. @returns its folder */
export function writeSales(folder: string, { epochs = 2, source = {} }: SalesChoices = {}): string {
  const project = join(folder, "sales");
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "sales.csv"), salesTable());
  writeFileSync(
    join(project, "project.json"),
    JSON.stringify(
      {
        version: 1,
        name: "sales",
        seed: 42,
        data: {
          source: { type: "series", path: "sales.csv", time: "date", id: "shop", calendar: ["weekday"], known: ["promotion"], ...source },
          inputs: [
            { name: "past", type: "window", columns: ["sold", "temperature", "promotion", "weekday.sin", "weekday.cos"], length: 21 },
            { name: "known", type: "window", columns: ["promotion", "weekday.sin", "weekday.cos"], length: 0, ahead: 7 },
          ],
          targets: [{ name: "sold", type: "numeric", column: "sold", normalize: "standard", horizon: 7 }],
          split: { by: "time", validation: 0.15, test: 0.15 },
        },
        model: {
          layers: [
            { id: "gru", type: "GRU", from: ["past"], hiddenSize: 16, batchFirst: true },
            { id: "future", type: "Flatten", from: ["known"] },
            { id: "both", type: "Concat", from: ["gru", "future"] },
            { id: "out", type: "Linear", outFeatures: 7 },
          ],
          outputs: [{ target: "sold", from: "out" }],
        },
        training: { epochs, batchSize: 32, optimizer: { type: "Adam", lr: 0.01 }, clipGradNorm: 1 },
      },
      null,
      2,
    ),
  );
  return project;
}
