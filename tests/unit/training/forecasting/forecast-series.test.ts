import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toLatheError } from "../../../../src-main/base/errors.js";
import type { ForecastRequest } from "../../../../src-main/contract/engine-messages.js";
import { drawnForecast, forecastResult } from "../../../../src-main/contract/forecast-result.js";
import type { RunReport } from "../../../../src-main/contract/report.js";
import { forecastSeries } from "../../../../src-main/training/forecasting/forecast-series.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import type { WorkSetting } from "../../../../src-main/training/process/setting.js";
import { train } from "../../../../src-main/training/train.js";
import { HORIZON, HOURS, LENGTH, METERS, type Meter, clockAt, loadAt, meterTable, promoAt, writeMeters } from "../../../support/forecast-project.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const setting = (control = new TrainingControl()): WorkSetting => ({ emit: () => undefined, control, clock: () => performance.now(), now: () => new Date(0) });

let project = "";
let model = "";
beforeAll(async () => {
  project = writeMeters(mkdtempSync(join(tmpdir(), "lathe-meters-")));
  model = (await train({ project }, setting())).model ?? "";
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const out = () => join(temporaryFolder(), "out.csv");
const forecast = async (asked: Partial<ForecastRequest> = {}, control?: TrainingControl) => {
  const path = asked.out ?? out();
  const result = forecastResult.parse(await forecastSeries({ model, out: path, ...asked }, setting(control)));
  const [head = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  return { result, head, rows: lines.map((line) => line.split(",")) };
};
const failed = async (asked: Partial<ForecastRequest>) => toLatheError(await forecast(asked).catch((thrown: unknown) => thrown));

/** The exported file, fed as the README says, from the made-up numbers themselves. @param loads of the meter so far */
async function byHand(loads: readonly number[], origin: number): Promise<readonly number[]> {
  const session = await InferenceSession.create(model);
  const hours = (from: number, count: number) => Array.from({ length: count }, (_, k) => from + k);
  const waves = (hour: number) => [Math.sin, Math.cos].map((wave) => wave((2 * Math.PI * clockAt(hour).hour) / 24));
  const past = hours(origin - LENGTH + 1, LENGTH).flatMap((hour) => [loads[hour] ?? NaN, promoAt(hour), ...waves(hour)]);
  const ahead = hours(origin + 1, HORIZON).flatMap((hour) => [promoAt(hour), ...waves(hour)]);
  const { demand } = await session.run({
    past: new Tensor("float32", Float32Array.from(past), [1, LENGTH, 4]),
    ahead: new Tensor("float32", Float32Array.from(ahead), [1, HORIZON, 3]),
  });
  return [...(demand!.data as Float32Array)];
}
const loadsOf = (meter: Meter) => Array.from({ length: HOURS[meter] }, (_, hour) => loadAt(meter, hour));

describe("the steps after the end of every series", () => {
  it("are what the exported file answers for the last window, at the times of the zone, over a change of clocks", async () => {
    const { result, head, rows } = await forecast();
    expect(head).toBe("time,id,load,load.lower,load.upper");
    expect(rows.map(([time, id]) => [time, id])).toEqual(
      METERS.flatMap((meter) => Array.from({ length: HORIZON }, (_, step) => [clockAt(HOURS[meter] + step).stamp, meter])),
    );
    expect(rows.map(([time]) => time)).toContain("2024-03-31T03:00:00+02:00");
    expect(rows.map(([time]) => time)).not.toContain("2024-03-31T02:00:00+01:00");
    for (const [k, meter] of METERS.entries()) {
      const expected = await byHand(loadsOf(meter), HOURS[meter] - 1);
      for (const [step, value] of expected.entries()) expect(Number(rows[k * HORIZON + step]?.[2])).toBeCloseTo(value, 4);
    }
    expect(result).toMatchObject({ rows: 2 * HORIZON, steps: HORIZON, modelSteps: HORIZON, step: "1 hour", levels: [0.95], columns: ["load"], seriesCount: 2 });
    expect(result.series[1]).toMatchObject({
      id: "south",
      origin: "2024-03-30T20:00:00+01:00",
      from: "2024-03-30T21:00:00+01:00",
      to: "2024-03-31T03:00:00+02:00",
    });
  });

  it("begin after the last row with all of the past, which is told where rows go on", async () => {
    const { result } = await forecast();
    expect(result.series.map(({ last }) => last)).toEqual([clockAt(HOURS.north + 11).stamp, clockAt(HOURS.south + 11).stamp]);
    expect(result.notes.map(({ code }) => code)).toEqual(["forecast.origin", "forecast.ends"]);
    expect(result.notes[0]?.message).toContain(
      "the forecast of meter north begins after 2024-03-30T23:00:00+01:00, though rows go on to 2024-03-31T12:00:00+02:00",
    );
    expect(result.notes[0]?.message).toContain("(load); so 1 more of 2 series");
    expect(result.notes[1]?.message).toContain("1 of 2 series end before 2024-03-30T23:00:00+01:00, such as meter south at 2024-03-30T20:00:00+01:00");
  });

  it("lie between the bounds that the run measured, level by level", async () => {
    const report = JSON.parse(readFileSync(join(model, "..", "report.json"), "utf8")) as RunReport;
    const { head, rows, result } = await forecast({ levels: [0.8, 0.95] });
    expect(head).toBe("time,id,load,load.lower80,load.upper80,load.lower95,load.upper95");
    expect(result.levels).toEqual([0.8, 0.95]);
    const levels = report.forecast?.targets["demand"]?.intervals?.levels ?? [];
    for (const [k, row] of rows.entries())
      for (const [l, { lower, upper }] of levels.entries()) {
        const [value, low, high] = [row[2], row[3 + 2 * l], row[4 + 2 * l]].map(Number);
        expect(low! - value!).toBeCloseTo(lower[k % HORIZON]?.[0] ?? NaN, 4);
        expect(high! - value!).toBeCloseTo(upper[k % HORIZON]?.[0] ?? NaN, 4);
      }
    expect(await failed({ levels: [0.5] })).toMatchObject({
      code: "usage",
      message: "the level 0.5 was not measured when the run was judged, expected 0.8 or 0.95",
    });
  });

  it("go on from their own forecasts where more are asked for, without intervals that nobody measured", async () => {
    const steps = 2 * HORIZON - 2;
    const { result, rows } = await forecast({ steps });
    for (const [k, meter] of METERS.entries()) {
      const first = await byHand(loadsOf(meter), HOURS[meter] - 1);
      const second = await byHand([...loadsOf(meter), ...first], HOURS[meter] - 1 + HORIZON);
      const expected = [...first, ...second].slice(0, steps);
      for (const [step, value] of expected.entries()) {
        const [, , got, lower, upper] = rows[k * steps + step] ?? [];
        expect(Number(got)).toBeCloseTo(value, 4);
        expect([lower === "", upper === ""]).toEqual([step >= HORIZON, step >= HORIZON]);
      }
    }
    expect(result.notes.map(({ code }) => code)).toEqual(["forecast.origin", "forecast.ends", "forecast.recursive", "forecast.beyond"]);
  });

  it("are those of fewer steps where fewer are asked for", async () => {
    const [all, some] = [await forecast(), await forecast({ steps: 2 })];
    expect(some.rows).toEqual(all.rows.filter((_, k) => k % HORIZON < 2));
  });

  it("of a newer table go on from its end; one whose columns known in advance end too early is told which times are missing", async () => {
    const data = join(temporaryFolder(), "newer.csv");
    writeFileSync(data, meterTable({ north: 4, south: 0 }));
    const error = await failed({ data });
    expect(error.code).toBe("data.value");
    expect(error.message).toContain(
      "promo of meter north from 2024-03-31T00:00:00+01:00 to 2024-03-31T06:00:00+02:00, got values to 2024-03-31T04:00:00+02:00; " +
        "promo of meter south from 2024-03-30T21:00:00+01:00 to 2024-03-31T03:00:00+02:00, got none",
    );
    expect(error.details["short"]).toHaveLength(2);
  });

  it("leave out a series that is too short, and say so", async () => {
    const data = join(temporaryFolder(), "short.csv");
    const lines = meterTable().split("\n");
    const tooShort = lines.filter((line) => !line.includes(",south,") || line >= "2024-03-30 10");
    writeFileSync(data, tooShort.join("\n"));
    const { result } = await forecast({ data });
    expect(result).toMatchObject({ seriesCount: 1, leftOutCount: 1, leftOut: [{ id: "south", reason: "has 23 rows, and the model reads 24" }] });
    expect(result.notes.at(-1)?.message).toContain("1 of 2 series");
  });
});

describe("what is refused, or called off", () => {
  it("a model that would need to know what nobody knows", async () => {
    const other = writeMeters(temporaryFolder(), { past: ["load", "temp"], epochs: 1 });
    const done = await train({ project: other }, setting());
    const error = await failed({ model: done.model ?? "", steps: HORIZON + 1 });
    expect(error).toMatchObject({ code: "usage", details: { most: HORIZON, unknown: ["temp"] } });
    expect(error.message).toContain("it also reads temp, whose values after the last row nobody knows");
    expect((await forecast({ model: done.model ?? "" })).result.steps).toBe(HORIZON);
  });

  it("is cancelled between series, and leaves no file", async () => {
    const control = new TrainingControl();
    control.cancel();
    const path = out();
    const error = toLatheError(await forecast({ out: path }, control).catch((thrown: unknown) => thrown));
    expect(error.code).toBe("cancelled");
    expect(() => readFileSync(path)).toThrow();
  });

  it("a file that is there and is to stay", async () => {
    const path = out();
    writeFileSync(path, "mine");
    expect((await failed({ out: path, keepExisting: true })).code).toBe("export.exists");
    expect(readFileSync(path, "utf8")).toBe("mine");
  });
});

describe("a forecast to be drawn", () => {
  const drawn = async (asked: Partial<ForecastRequest>) =>
    drawnForecast.parse(await forecastSeries({ model, draw: { history: 5, series: 1 }, ...asked }, setting()));

  it("has the last rows, the forecast with its bounds, and what is known of its rows", async () => {
    const { drawn: series, zone, calendar } = await drawn({ draw: { history: 5, series: 20, ids: ["south"] } });
    expect([zone, calendar, series.length]).toEqual(["Europe/Berlin", true, 1]);
    const { id, history, forecast: ahead } = series[0]!;
    expect(id).toBe("south");
    expect(history.values["load"]).toEqual(loadsOf("south").slice(-5).map(Math.fround));
    expect(ahead.times[0]! - history.times.at(-1)!).toBe(3600e6);
    expect(ahead.values["load"]?.values).toHaveLength(HORIZON);
    expect(ahead.values["load"]?.bounds[0]?.lower.every((value, k) => value! < ahead.values["load"]!.values[k]!)).toBe(true);
    expect(ahead.known["promo"]).toEqual(Array.from({ length: HORIZON }, (_, step) => promoAt(HOURS.south + step)));
  });

  it("answers what if: other values of what is known in advance, of one series or of all", async () => {
    const promo = { column: "promo", values: Array.from({ length: HORIZON }, () => 0) };
    const [as, what, other] = [await drawn({}), await drawn({ known: [promo] }), await drawn({ known: [{ ...promo, id: "south" }] })];
    expect(what.drawn[0]?.forecast.known["promo"]).toEqual(promo.values);
    expect(what.drawn[0]?.forecast.values).not.toEqual(as.drawn[0]?.forecast.values);
    expect(other.drawn).toEqual(as.drawn);
    expect(await failed({ known: [{ column: "load", values: [1] }] })).toMatchObject({ code: "usage" });
  });
});
