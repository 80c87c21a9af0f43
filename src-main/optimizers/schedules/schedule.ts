import type { z } from "zod";

export interface ScheduleSetting {
  readonly learningRate: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** A learning-rate schedule at work. Its state is plain JSON and goes into checkpoints. */
export interface Schedule {
  /** For the coming step. */
  learningRate(): number;
  afterStep(): void;
  /** @param monitored the value that ReduceLROnPlateau watches (validation loss; training loss where there is no validation). */
  afterEpoch(monitored: number): void;
  state(): Readonly<Record<string, number>>;
  restore(state: Readonly<Record<string, number>>): void;
}

/** What a schedule in Python may call: the learning rate it starts from, and expressions of how long training takes. */
export interface TorchSetting {
  readonly learningRate: number;
  readonly epochs: string;
  readonly stepsPerEpoch: string;
}

/** A schedule in PyTorch. */
export interface TorchSchedule {
  /** Lines that end in `return <scheduler>`, which name `optimizer`, `epochs` and `steps_per_epoch`. */
  readonly lines: readonly string[];
  /** When it is stepped; `value`: after each epoch, with the loss of the validation rows. */
  readonly each: "step" | "epoch" | "value";
  /** Of a formula of the epochs that are done: its share of the learning rate, an expression of `epoch`. */
  readonly share?: string;
}

export interface ScheduleDefinition<C = unknown> {
  readonly type: string;
  readonly summary: string;
  /** A strict object with a literal `type`, options in camelCase, with PyTorch's defaults. */
  readonly config: z.ZodType<C>;
  create(config: C, setting: ScheduleSetting): Schedule;
  /** The same in PyTorch. */
  torch(config: C, setting: TorchSetting): TorchSchedule;
}

/** Checks a definition against its own options and forgets them, so that definitions fit one registry. */
export function defineSchedule<C>(definition: ScheduleDefinition<C>): ScheduleDefinition {
  return definition;
}
