import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProjectInput } from "../../src-main/contract/project.js";

/**
 * Two meters by the hour in Berlin, until the clocks go forward: of north until 23:00 on March 30, 2024, of south until 20:00. Whether there is a promotion is
 * known in advance; temperatures are not.
 */
export const HORIZON = 6;
export const LENGTH = 24;
const HOUR = 3600e3;
const BEGIN = Date.UTC(2024, 1, 29, 23);
const FORWARD = Date.UTC(2024, 2, 31, 1);
/** Hours that have a load. */
export const HOURS = { north: 720, south: 717 } as const;
export type Meter = keyof typeof HOURS;
export const METERS = ["north", "south"] as const;

/** What the zone's clock shows at an hour since the beginning, and its offset from UTC. */
export function clockAt(hour: number): { readonly text: string; readonly hour: number; readonly stamp: string } {
  const utc = BEGIN + hour * HOUR;
  const ahead = utc >= FORWARD ? 2 : 1;
  const text = new Date(utc + ahead * HOUR).toISOString().slice(0, 19);
  return { text: text.replace("T", " "), hour: Number(text.slice(11, 13)), stamp: `${text}+0${ahead}:00` };
}

export function promoAt(hour: number): number {
  return hour % 36 < 9 ? 1 : 0;
}

export function loadAt(meter: Meter, hour: number): number {
  const wave = 10 * Math.sin((2 * Math.PI * clockAt(hour).hour) / 24);
  const noise = ((hour * 7919 + (meter === "north" ? 0 : 31)) % 97) / 97;
  return Number(((meter === "north" ? 50 : 20) + wave + 8 * promoAt(hour) + noise).toFixed(3));
}

/** The table. @param ahead hours after a meter's last load of which the promotion is known */
export function meterTable(ahead: Readonly<Record<Meter, number>> = { north: 2 * HORIZON, south: 2 * HORIZON }): string {
  const rows = METERS.flatMap((meter) =>
    Array.from({ length: HOURS[meter] + ahead[meter] }, (_, hour) => {
      const past = hour < HOURS[meter];
      return [clockAt(hour).text, meter, past ? loadAt(meter, hour) : "", promoAt(hour), past ? (hour % 17).toFixed(1) : ""].join(",");
    }),
  );
  return `${["at,meter,load,promo,temp", ...rows].join("\n")}\n`;
}

/** Writes a project on that table. @param past columns of the past window */
export function writeMeters(
  folder: string,
  { past = ["load", "promo", "hour.sin", "hour.cos"], epochs = 3 }: { readonly past?: readonly string[]; readonly epochs?: number } = {},
): string {
  writeFileSync(join(folder, "meters.csv"), meterTable());
  const project: ProjectInput = {
    version: 1,
    name: "meters",
    seed: 5,
    data: {
      source: { type: "series", path: "meters.csv", time: "at", id: "meter", zone: "Europe/Berlin", step: "1h", calendar: ["hour"], known: ["promo"] },
      inputs: [
        { name: "past", type: "window", columns: [...past], length: LENGTH },
        { name: "ahead", type: "window", columns: ["promo", "hour.sin", "hour.cos"], length: 0, ahead: HORIZON },
      ],
      targets: [{ name: "demand", type: "numeric", column: "load", normalize: "standard", horizon: HORIZON }],
      split: { by: "time", validation: 0.15, test: 0.15 },
    },
    model: {
      layers: [
        { id: "before", type: "Flatten", from: ["past"] },
        { id: "after", type: "Flatten", from: ["ahead"] },
        { id: "both", type: "Concat", from: ["before", "after"] },
        { id: "out", type: "Linear", outFeatures: HORIZON },
      ],
      outputs: [{ target: "demand", from: "out" }],
    },
    training: { epochs, batchSize: 32, optimizer: { type: "Adam", lr: 0.005 }, engine: "onnxruntime", device: "cpu", threads: 1 },
  };
  writeFileSync(join(folder, "project.json"), JSON.stringify(project));
  return folder;
}
