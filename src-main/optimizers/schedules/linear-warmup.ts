import { z } from "zod";
import { LatheError } from "../../base/errors.js";
import { defineSchedule, type Schedule, type ScheduleDefinition } from "./schedule.js";

/**
 * A linear rise from lr·startFactor to lr, step by step (torch.optim.lr_scheduler.LinearLR stepped after each batch), then the full rate or the schedule in
 * `after`. That one starts afresh when the rise ends and is told only of the epochs left; where the rise ends within an epoch, the rest of it is its first.
 *
 * @param successors the schedules that may follow.
 */
export function linearWarmup(successors: readonly ScheduleDefinition[]): ScheduleDefinition {
  return defineSchedule({
    type: "LinearWarmup",
    summary: "Starts with a small learning rate and raises it over the first steps, then keeps it or follows another schedule.",
    config: z
      .strictObject({
        type: z.literal("LinearWarmup"),
        startFactor: z
          .number()
          .gt(0)
          .max(1)
          .default(1 / 3)
          .describe("The first learning rate as a share of the full one."),
        steps: z.int().min(1).optional().describe("Length of the rise in steps, instead of epochs."),
        epochs: z.number().gt(0).optional().describe("Length of the rise in epochs; 1 where neither is given."),
        after: successorConfig(successors).optional().describe("The schedule that takes over when the rise ends."),
      })
      .refine((c) => c.steps === undefined || c.epochs === undefined, {
        path: ["epochs"],
        message: "give the length of the rise in steps or in epochs, not both",
      }),
    torch: (config, setting) => {
      const follower = successors.find(({ type }) => type === config.after?.type);
      const after = follower?.torch(config.after, { ...setting, epochs: `(epochs - warmup / steps_per_epoch)` });
      if (after && after.share === undefined)
        throw new LatheError("export.format", `a LinearWarmup with ${config.after?.type ?? ""} after it has no such form in PyTorch; export the model as ONNX`);
      const length = config.steps ?? `max(1, math.floor(${config.epochs ?? 1} * steps_per_epoch + 0.5))`;
      return {
        lines: [
          `warmup = ${length}`,
          "",
          "def share(step):",
          `    """Of the learning rate: rising step by step, then as ${config.after?.type ?? "it is"}."""`,
          "    if step < warmup:",
          `        return ${config.startFactor} + ${1 - config.startFactor} * step / warmup`,
          ...(after ? ["    epoch = step // steps_per_epoch - warmup // steps_per_epoch", `    return ${after.share ?? ""}`] : ["    return 1.0"]),
          "",
          "return torch.optim.lr_scheduler.LambdaLR(optimizer, share)",
        ],
        each: "step",
      };
    },
    create: (config, setting): Schedule => {
      const length = config.steps ?? Math.max(1, Math.round((config.epochs ?? 1) * setting.stepsPerEpoch));
      const left = Math.max(1, setting.epochs * setting.stepsPerEpoch - length);
      const follower = successors.find((s) => s.type === config.after?.type);
      const after = follower?.create(config.after, { ...setting, epochs: left / setting.stepsPerEpoch });
      let step = 0;
      return {
        learningRate: () => {
          if (step >= length) return after?.learningRate() ?? setting.learningRate;
          return setting.learningRate * (config.startFactor + ((1 - config.startFactor) * step) / length);
        },
        afterStep: () => {
          if (step >= length) after?.afterStep();
          step += 1;
        },
        afterEpoch: (monitored) => {
          // An epoch that ended with the rise holds no step of the schedule after it.
          if (step > length) after?.afterEpoch(monitored);
        },
        state: () => ({ step, ...prefixed(after?.state() ?? {}) }),
        restore: (state) => {
          step = state.step ?? 0;
          after?.restore(unprefixed(state));
        },
      };
    },
  });
}

type Discriminable = z.core.$ZodTypeDiscriminable & z.ZodType<{ readonly type: string }>;

/** One of the schedules' options, told apart by `type`. */
function successorConfig(successors: readonly ScheduleDefinition[]) {
  return z.discriminatedUnion("type", successors.map((s) => s.config) as [Discriminable, ...Discriminable[]]);
}

const PREFIX = "after.";

function prefixed(state: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [PREFIX + key, value]));
}

function unprefixed(state: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(state).flatMap(([key, value]) => (key.startsWith(PREFIX) ? [[key.slice(PREFIX.length), value]] : [])));
}
