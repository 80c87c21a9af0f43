// Makes meters.csv: node resources/samples/meters/generate.mjs. The same bytes every time.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HOUR = 3_600_000;
/** From before the change of clocks in spring to after that in autumn. */
const [FROM, TO] = [Date.UTC(2024, 2, 18, 23), Date.UTC(2024, 9, 31, 23)];
const local = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "short" });

/** mulberry32, and normal values of it. */
let state = 20_240_331;
function uniform() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

/** Load in kW: how much in the night, by day, and how far a closed day goes down. */
const meters = [
  { id: "bakery", night: 14, day: 9, peak: 5, closed: 0.45 },
  { id: "office", night: 3, day: 22, peak: 13, closed: 0.2 },
];
/** Hours without a row, by the hour from the beginning. */
const gaps = {
  bakery: [
    [1200, 1207],
    [3000, 3001],
  ],
  office: [
    [700, 703],
    [4100, 4131],
  ],
};
/** Public holidays of Berlin, known a year before. */
const holidays = new Set(["2024-03-08", "2024-03-29", "2024-04-01", "2024-05-01", "2024-05-09", "2024-05-20", "2024-10-03"]);

/** The text of the file. */
export function text() {
  const rows = ["time,meter,load,temperature,closed"];
  const temperatures = [];
  for (let at = FROM, weather = 0; at < TO; at += HOUR) {
    const day = (at - FROM) / HOUR / 24;
    weather = 0.985 * weather + 0.45 * normal();
    temperatures.push(8 + 13 * Math.sin((2 * Math.PI * (day - 40)) / 365) + 4 * Math.sin((2 * Math.PI * (at / HOUR - 9)) / 24) + 2 * weather);
  }
  for (const { id, night, day, peak, closed } of meters) {
    let rest = 0;
    for (let at = FROM, n = 0; at < TO; at += HOUR, n++) {
      rest = 0.8 * rest + 0.6 * normal();
      const clock = local.format(at);
      const [date, time] = clock.split(" ");
      const hour = Number(time.slice(0, 2));
      const weekday = new Date(`${date}T12:00:00Z`).getUTCDay();
      const shut = weekday === 0 || (id === "office" && weekday === 6) || holidays.has(date) ? 1 : 0;
      const shape = Math.exp(-(((hour - peak) / 3.5) ** 2));
      const cooling = Math.max(0, temperatures[n] - 22) * 0.6;
      const load = Math.max(0, night + (shut ? closed : 1) * (day * shape + cooling) + rest);
      if (gaps[id].some(([a, b]) => n >= a && n <= b)) continue;
      const row = [clock, id, load.toFixed(1), temperatures[n].toFixed(1), shut].join(",");
      rows.push(row);
      // Some rows were sent twice.
      if (n % 1733 === 1000) rows.push(row);
    }
  }
  return `${rows.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL("meters.csv", import.meta.url), text());
