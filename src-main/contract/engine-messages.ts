import type { ErrorRecord } from "../base/errors.js";
import type { RunEvent } from "./events.js";

/** What the engine process can be asked to do: one job a process. */
export type EngineWork =
  | ({ readonly kind: "train" } & TrainRequest)
  | ({ readonly kind: "find-learning-rate" } & FindLearningRateRequest)
  | ({ readonly kind: "inspect" } & InspectRequest)
  | ({ readonly kind: "evaluate" } & EvaluateRequest)
  | ({ readonly kind: "predict" } & PredictRequest);

export interface TrainRequest {
  /** The project's folder or file. */
  readonly project: string;
  /** Go on with the newest run, or with the one named. */
  readonly resume?: boolean | string;
  readonly epochs?: number;
  readonly seed?: number;
  readonly engine?: string;
  readonly device?: string;
}

export interface FindLearningRateRequest {
  readonly project: string;
  readonly device?: string;
}

export interface InspectRequest {
  readonly project: string;
}

export interface EvaluateRequest {
  /** An ONNX file made by Lathe. */
  readonly model: string;
  readonly data: string;
  readonly device?: string;
}

export interface PredictRequest {
  readonly model: string;
  readonly data: string;
  /** Where the CSV goes. */
  readonly out: string;
  readonly device?: string;
}

/** To the engine process. */
export type EngineCommand =
  | { readonly type: "work"; readonly work: EngineWork }
  | { readonly type: "control"; readonly action: "pause" | "resume" | "stop" | "cancel" };

/** From the engine process. It exits after `result` or `error`. */
export type EngineReply =
  | { readonly type: "event"; readonly event: RunEvent }
  | { readonly type: "result"; readonly value: unknown }
  | { readonly type: "error"; readonly error: ErrorRecord };
