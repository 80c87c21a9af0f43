import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schedules } from "../../src-main/optimizers/schedules/index.js";
import type { Schedule, ScheduleSetting } from "../../src-main/optimizers/schedules/schedule.js";
import golden from "../fixtures/pytorch/schedules.json" with { type: "json" };

interface Case extends Omit<ScheduleSetting, "learningRate"> {
  readonly config: { readonly type: string };
  readonly lr: number;
  readonly rates: readonly number[];
  readonly metrics?: readonly (number | null)[];
}
const cases = golden as readonly Case[];

function create(config: { readonly type: string }, setting: ScheduleSetting): Schedule {
  const definition = schedules.get(config.type);
  return definition.create(definition.config.parse(config), setting);
}

/** The learning rates before each step; `between` may replace the schedule after any step or epoch. */
function rates(
  schedule: Schedule,
  setting: ScheduleSetting,
  metrics: readonly (number | null)[] = [],
  between: (s: Schedule) => Schedule = (s) => s,
): number[] {
  const seen: number[] = [];
  for (let epoch = 0; epoch < setting.epochs; epoch++) {
    for (let step = 0; step < setting.stepsPerEpoch; step++) {
      seen.push(schedule.learningRate());
      schedule.afterStep();
      schedule = between(schedule);
    }
    schedule.afterEpoch(metrics[epoch] ?? NaN);
    schedule = between(schedule);
  }
  return seen;
}

const settingOf = (c: Case): ScheduleSetting => ({ learningRate: c.lr, epochs: c.epochs, stepsPerEpoch: c.stepsPerEpoch });

describe("learning rates are PyTorch's", () => {
  test.each(cases.map((c) => [JSON.stringify(c.config), c] as const))("%s", (_name, c) => {
    const ours = rates(create(c.config, settingOf(c)), settingOf(c), c.metrics);
    expect(ours).toHaveLength(c.rates.length);
    ours.forEach((rate, i) => expect(Math.abs(rate - c.rates[i]!), `step ${i}: ${rate} against ${c.rates[i]}`).toBeLessThanOrEqual(1e-12 * c.lr + 1e-9 * rate));
  });

  test("every schedule has a golden case", () => {
    expect(new Set(cases.map((c) => c.config.type))).toEqual(new Set(schedules.types));
  });
});

describe("a schedule restored from its state continues exactly as it would have", () => {
  const warm = { type: "LinearWarmup", steps: 5, after: { type: "ReduceLROnPlateau", patience: 0 } };
  const all = [...cases, { ...cases.find((c) => c.metrics)!, config: warm, stepsPerEpoch: 3 }];
  test.each(all.map((c) => [JSON.stringify(c.config), c] as const))("%s", (_name, c) => {
    const setting = settingOf(c);
    const through = rates(create(c.config, setting), setting, c.metrics);
    const restored = rates(create(c.config, setting), setting, c.metrics, (schedule) => {
      const fresh = create(c.config, setting);
      fresh.restore(JSON.parse(JSON.stringify(schedule.state())) as Record<string, number>);
      return fresh;
    });
    expect(restored).toEqual(through);
  });
});

describe("warm-up followed by another schedule", () => {
  const setting = { learningRate: 0.1, epochs: 6, stepsPerEpoch: 4 };

  test("that ends with an epoch hands over a schedule of the epochs left", () => {
    const ours = rates(create({ type: "LinearWarmup", epochs: 2, after: { type: "StepLR", stepSize: 1, gamma: 0.5 } } as never, setting), setting);
    const plain = { ...setting, epochs: 4 };
    expect(ours.slice(8)).toEqual(rates(create({ type: "StepLR", stepSize: 1, gamma: 0.5 } as never, plain), plain));
    expect(ours[0]).toBeCloseTo(0.1 / 3, 12);
  });

  test("that ends within an epoch counts the rest of it as the first", () => {
    const ours = rates(create({ type: "LinearWarmup", steps: 6, after: { type: "StepLR", stepSize: 1, gamma: 0.5 } } as never, setting), setting);
    expect(ours.slice(6)).toEqual([0.1, 0.1, ...[0.05, 0.025, 0.0125, 0.00625].flatMap((r) => [r, r, r, r])]);
  });

  test("OneCycleLR spans exactly the steps left", () => {
    const ours = rates(create({ type: "LinearWarmup", steps: 6, after: { type: "OneCycleLR" } } as never, setting), setting);
    expect(ours).toHaveLength(24);
    expect(ours[6]).toBeCloseTo(0.1 / 25, 12);
    expect(ours[23]).toBeCloseTo(0.1 / 25 / 1e4, 12);
  });
});

test("one cycle is finite and within its bounds for any length", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      (epochs, stepsPerEpoch, pctStart, threePhase) => {
        const setting = { learningRate: 0.1, epochs, stepsPerEpoch };
        for (const rate of rates(create({ type: "OneCycleLR", pctStart, threePhase } as never, setting), setting)) {
          expect(rate).toBeGreaterThanOrEqual(0.1 / 25 / 1e4 - 1e-15);
          expect(rate).toBeLessThanOrEqual(0.1 + 1e-15);
        }
      },
    ),
  );
});

test.each([
  [{ type: "StepLR" }, "stepSize"],
  [{ type: "StepLR", stepSize: 0 }, "stepSize"],
  [{ type: "ReduceLROnPlateau", factor: 1 }, "factor"],
  [{ type: "OneCycleLR", pctStart: 1.5 }, "pctStart"],
  [{ type: "LinearWarmup", steps: 3, epochs: 1 }, "epochs"],
  [{ type: "LinearWarmup", after: { type: "StepLR", stepSize: "2" } }, "after.stepSize"],
  [{ type: "LinearWarmup", after: { type: "LinearWarmup" } }, "after.type"],
])("%j is refused at %s", (config, path) => {
  const result = schedules.get(config.type).config.safeParse(config);
  expect(result.error?.issues.map((i) => i.path.join("."))).toContain(path);
});
