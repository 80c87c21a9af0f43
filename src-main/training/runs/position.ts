import { z } from "zod";
import type { TrainingConfig } from "../../contract/training.js";
import type { Checkpoint } from "./checkpoint.js";
import { names } from "../network/specification.js";
import type { StateVectors } from "../trainer.js";

const count = z.int().nonnegative();

const position = z.strictObject({
  /** From 1; `epoch` is under way, `step` of its steps are done. */
  epoch: z.int().positive(),
  step: count,
  /** Steps done in the whole run. */
  steps: count,
  schedule: z.record(z.string(), z.number()),
  earlyStopping: z.strictObject({ waited: count, best: z.number().exactOptional(), bestEpoch: count.exactOptional(), reference: z.number().exactOptional() }),
  /**
   * Of the epoch under way: sums over its samples so far; weights where samples may lack a target: what each loss was a mean over. `loss` in checkpoints of
   * earlier versions.
   */
  sums: z.strictObject({
    samples: count,
    loss: z.number().exactOptional(),
    losses: z.array(z.number()),
    weights: z.array(z.number()).exactOptional(),
    seconds: z.number(),
  }),
  diagnosis: z.strictObject({ sums: z.array(z.number()), count }),
  /** Absent in checkpoints of earlier versions. */
  lossWatch: z.strictObject({ first: z.number().exactOptional(), told: z.string().exactOptional() }).exactOptional(),
  warned: z.array(z.string()),
  /** 0 where no epoch has been the best yet. */
  bestEpoch: count,
  /** What losses of several targets are divided by, in the order of the targets; set as the first epoch ends, where losses are normalized. */
  divisors: z.array(z.number().positive()).exactOptional(),
  /** Length of metrics.jsonl. */
  metricsBytes: count,
  /** What lies in the vectors, one behind the other: vector, name and shape of each. Absent in checkpoints of earlier versions. */
  tensors: z.array(z.tuple([z.string(), z.string(), z.array(count)])).exactOptional(),
  /** Set once training has ended: what is left is evaluation and export. */
  ended: z.enum(["completed", "early-stopping", "stopped", "cancelled"]).exactOptional(),
  seconds: z.number().nonnegative(),
});

/** The part of a checkpoint that is not weights: where training stands. All plain JSON. */
export type Position = z.infer<typeof position>;

/** The weights of the best epoch, beside those that are trained. */
export const BEST_PARAMETERS = "best parameters";
export const BEST_BUFFERS = "best buffers";

/** What a checkpoint must fit to be resumed from. */
export interface PositionSetting {
  readonly training: TrainingConfig;
  /** The trainer's vectors, as long as the checkpoint's must be. */
  readonly state: StateVectors;
  readonly stepsPerEpoch: number;
  readonly targets: number;
  /** Figures that the diagnosis sums. */
  readonly diagnosed: number;
  /** The schedule's state before the first step. */
  readonly schedule: Readonly<Record<string, number>>;
}

/**
 * A checkpoint whose checksum is right may still be another run's, an earlier version's, or made by hand.
 * @returns it, or why this run cannot resume from it.
 */
export function readPosition({ header, vectors }: Checkpoint<unknown>, setting: PositionSetting): Checkpoint<Position> | string {
  const parsed = position.safeParse(header);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `it does not say where training stands: ${issue?.path.join(".") || "its header"}: ${issue?.message ?? "another shape"}`;
  }
  const reason = misplaced(parsed.data, setting) ?? misfit(parsed.data, vectors, setting);
  return reason ?? { header: parsed.data, vectors };
}

/** Why training cannot stand there. */
function misplaced(at: Position, { training, stepsPerEpoch, targets, diagnosed, schedule }: PositionSetting): string | undefined {
  const { epoch, step, steps, ended } = at;
  if (epoch > training.epochs + 1 || (epoch > training.epochs && step > 0)) return `it stands in epoch ${epoch}, step ${step}, of ${training.epochs} epochs`;
  if (step > stepsPerEpoch) return `it stands at step ${step} of an epoch of ${stepsPerEpoch}`;
  if (steps !== (epoch - 1) * stepsPerEpoch + step)
    return `it counts ${steps} steps at epoch ${epoch}, step ${step}, where ${(epoch - 1) * stepsPerEpoch + step} are done`;
  if (ended === "completed" && epoch <= training.epochs) return `it says that training has ended, in epoch ${epoch} of ${training.epochs}`;
  if (ended === "early-stopping" && !training.earlyStopping) return "it says that training was stopped early, which this run does not do";
  if (at.bestEpoch >= epoch) return `its best epoch is ${at.bestEpoch}, in epoch ${epoch}`;
  if (at.sums.losses.length !== targets) return `it holds losses of ${at.sums.losses.length} targets, expected ${targets}`;
  if ((at.sums.weights?.length ?? targets) !== targets) return `it holds weights of ${at.sums.weights?.length ?? 0} targets, expected ${targets}`;
  if (at.diagnosis.sums.length !== diagnosed) return `it holds ${at.diagnosis.sums.length} figures of the diagnosis, expected ${diagnosed}`;
  const divided = training.combine === "normalized" && targets > 1 && epoch > 1 ? targets : undefined;
  if (at.divisors?.length !== divided) return `it holds ${at.divisors?.length ?? "no"} divisors of losses, expected ${divided ?? "none"}`;
  return misscheduled(at, schedule);
}

/** What a checkpoint says of what lies in its vectors; undefined where it does not. */
export function tensorsOf(header: unknown): Position["tensors"] {
  return position.pick({ tensors: true }).loose().safeParse(header).data?.tensors;
}

/** A schedule counts steps or epochs of the run, and knows a best value once there is one. */
function misscheduled({ schedule, steps, epoch }: Position, first: Readonly<Record<string, number>>): string | undefined {
  const missing = Object.keys(first).find((key) => !Object.hasOwn(schedule, key));
  if (missing !== undefined) return `its schedule has no ${missing}: it is another schedule's`;
  for (const [key, value] of Object.entries(schedule)) {
    const name = key.slice(key.lastIndexOf(".") + 1);
    if (name === "best") continue;
    if (!Object.hasOwn(first, key)) return `its schedule has ${key}: it is another schedule's`;
    const most = name === "step" ? steps : name === "epoch" ? epoch : Number.POSITIVE_INFINITY;
    if (value < 0 || value > most) return `its schedule's ${key} is ${value}`;
  }
  return undefined;
}

/** Why the vectors are not this run's. */
function misfit({ bestEpoch }: Position, vectors: StateVectors, { state }: PositionSetting): string | undefined {
  const best =
    bestEpoch === 0 ? [] : [[BEST_PARAMETERS, state[names.parameters]] as const, [BEST_BUFFERS, state[names.buffers] ?? new Float32Array(0)] as const];
  const expected = new Map([...Object.entries(state), ...best].map(([name, vector]) => [name, vector?.length ?? 0]));
  for (const [name, length] of expected) {
    const found = Object.hasOwn(vectors, name) ? vectors[name] : undefined;
    if (found?.length !== length) return `"${name}" holds ${found?.length ?? "no"} numbers, expected ${length}: it is of another network`;
    // A square of the optimizer's may be infinite, which makes a step of 0; a weight may not.
    const allowed = name.startsWith("slot ") ? (value: number) => !Number.isNaN(value) : Number.isFinite;
    const at = found.findIndex((value) => !allowed(value));
    if (at >= 0) return `"${name}" holds ${found[at] ?? NaN}`;
  }
  const strange = Object.keys(vectors).find((name) => !expected.has(name));
  return strange === undefined ? undefined : `it holds "${strange}", which this run has not`;
}
