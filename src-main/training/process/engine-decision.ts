/** An engine on one of its devices. */
export interface EnginePlace {
  readonly engine: string;
  readonly device: string;
}

/** What was measured of one. */
export interface MeasuredEngine extends EnginePlace {
  /** Median of a step, milliseconds. */
  readonly milliseconds: number;
}

/** One that did not come to be measured. */
export interface ExcludedEngine extends EnginePlace {
  readonly reason: string;
}

export interface EngineDecision extends EnginePlace {
  /** In words for the user, with the figures. */
  readonly reason: string;
}

/**
 * Another engine has to be so much quicker than the usual one: less is within what a busy machine does to a measurement, and the usual one gives the same bytes
 * every time.
 */
const CLEARLY = 0.9;

/**
 * Seconds that trying one more engine takes: its library is loaded, the step compiled, a second of steps timed. Measured on two cores: ONNX Runtime on WebGPU
 * 1.2 s with an adapter and 0.9 s to find none.
 */
const SECONDS_TO_TRY = 2;
/** Trying may take such a share of the run: it has to gain more than that before it gains anything. */
const SHARE_TO_TRY = 0.2;

/** @param seconds that all steps of the run take on the usual engine @param others how many there are to try */
export function isWorthTrying(seconds: number, others: number): boolean {
  return others * SECONDS_TO_TRY < seconds * SHARE_TO_TRY;
}

/** Whether one is so much quicker that it replaces the usual one. */
export function isClearlyFaster(one: MeasuredEngine, usual: MeasuredEngine): boolean {
  return one.milliseconds < CLEARLY * usual.milliseconds;
}

/** How far two engines' losses of the same step may lie apart: float32 makes a difference of 1e-5, a wrong kernel makes any. */
const SAME_LOSS = 0.01;

/** Whether an engine computes what the usual one does, from the same weights and rows. */
export function isSameLoss(loss: number, usual: number): boolean {
  return Math.abs(loss - usual) <= SAME_LOSS * Math.max(1e-3, Math.abs(usual));
}

/** The quickest, or the usual one where none is clearly quicker. @param others that were measured too */
export function decideEngine(usual: MeasuredEngine, others: readonly MeasuredEngine[], excluded: readonly ExcludedEngine[]): EngineDecision {
  const byTime = [usual, ...others].sort((a, b) => a.milliseconds - b.milliseconds);
  const [fastest = usual] = byTime;
  const without = excluded.length === 0 ? "" : `; excluded: ${excluded.map((one) => `${nameOf(one)} (${one.reason})`).join(", ")}`;
  if (others.length === 0) return { ...placeOf(usual), reason: `the only one that works here: ${figures([usual])}${without}` };
  if (fastest === usual || isClearlyFaster(fastest, usual))
    return { ...placeOf(fastest), reason: `fastest of ${byTime.length} tried: ${figures(byTime)}${without}` };
  const rest = byTime.filter((one) => one !== usual);
  return { ...placeOf(usual), reason: `${byTime.length} tried, and none is 10 % faster than the usual one: ${figures([usual, ...rest])}${without}` };
}

/** @param seconds as for `isWorthTrying` */
export function tooShortToTry(usual: MeasuredEngine, seconds: number, others: readonly EnginePlace[]): EngineDecision {
  const whole = seconds < 1 ? "less than a second" : `about ${Math.round(seconds)} s`;
  return {
    ...placeOf(usual),
    reason: `all steps take ${whole}, ${milliseconds(usual)} each: trying ${others.map(nameOf).join(", ")} would cost more than it could gain`,
  };
}

/** `onnxruntime cpu` */
export function nameOf({ engine, device }: EnginePlace): string {
  return `${engine} ${device}`;
}

/** `onnxruntime cpu 0.067 ms a step, tensorflow cpu 1.90 ms` */
export function figures(measured: readonly MeasuredEngine[]): string {
  return measured.map((one, i) => `${nameOf(one)} ${milliseconds(one)}${i === 0 ? " a step" : ""}`).join(", ");
}

function milliseconds({ milliseconds: value }: MeasuredEngine): string {
  return `${value >= 1000 ? Math.round(value) : Number(value.toPrecision(3))} ms`;
}

function placeOf({ engine, device }: EnginePlace): EnginePlace {
  return { engine, device };
}
