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

export interface ScheduleDefinition<C = unknown> {
  readonly type: string;
  readonly summary: string;
  /** A strict object with a literal `type`, options in camelCase, with PyTorch's defaults. */
  readonly config: z.ZodType<C>;
  create(config: C, setting: ScheduleSetting): Schedule;
}

/** Checks a definition against its own options and forgets them, so that definitions fit one registry. */
export function defineSchedule<C>(definition: ScheduleDefinition<C>): ScheduleDefinition {
  return definition;
}
