import type { TensorType } from "../../onnx/types.js";
import { counted } from "../../features/options.js";
import { keptBytes } from "../../datasets/index.js";
import type { TransformSpecs } from "../../transforms/index.js";
import { type FrozenPrefix, splitFrozenPrefix } from "../network/frozen-prefix.js";
import { inBytes } from "../network/memory.js";
import type { TrainingSpec } from "../network/specification.js";

/** What may be kept of all samples, in bytes. */
const MOST = 2 * 2 ** 30;

/**
 * Draws of each training sample's augmentation where the project says nothing. A head behind a vector learns as much from the samples as they are; layers that
 * still read maps would learn by heart where things are. README has the figures.
 */
const USUAL_DRAWS = { vectors: 1, maps: 4 } as const;

/** That the frozen beginning of a network is computed once, and how. */
export interface Keeping {
  readonly prefix: FrozenPrefix;
  /** Of each training sample's augmentation; 1: it is kept as it is. */
  readonly draws: number;
}

export interface KeepingQuestion {
  readonly spec: TrainingSpec;
  /** Encoded, by name. */
  readonly inputs: ReadonlyMap<string, TensorType>;
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
  /** By input, how training samples are changed. */
  readonly augment: ReadonlyMap<string, TransformSpecs>;
  /** What a run that is taken up began with: draws, or nothing kept. */
  readonly began?: number | undefined;
  /** Bytes that may be kept; for tests. */
  readonly most?: number;
}

/** Whether it pays to keep what a frozen beginning gives, with what the user is to know of that. */
export function planKeeping({ spec, inputs, counts, augment, began, most = MOST }: KeepingQuestion): { readonly keeping?: Keeping; readonly told?: string } {
  if (spec.training.keepFeatures === false || began === 0) return {};
  const prefix = splitFrozenPrefix(spec.plan, spec.layout, inputs);
  if (!prefix) return {};
  const changes = prefix.reads.some((name) => (augment.get(name)?.length ?? 0) > 0);
  const last = [...prefix.kept.keys()].join(", ");
  const bytes = (draws: number) => keptBytes({ words: prefix.numbers, counts, draws });
  const hasMaps = [...prefix.kept.values()].some(({ shape }) => shape.length > 2);
  const wanted = changes ? (spec.training.featureDraws ?? USUAL_DRAWS[hasMaps ? "maps" : "vectors"]) : 1;
  const fitting = Array.from({ length: wanted }, (_, k) => wanted - k).find((draws) => bytes(draws) <= most);
  const draws = began ?? fitting;
  if (draws === undefined)
    return { told: `what is frozen, up to ${last}, is computed anew in every epoch: to keep it for all samples would take ${inBytes(bytes(1))}` };
  const once = `what is frozen, up to ${last}, is computed once: ${counted(prefix.numbers, "number")} a sample, ${inBytes(bytes(draws))}`;
  const drawn =
    draws === 1
      ? "training samples are read as they are, without their augmentation"
      : `of each training sample ${counted(draws, "draw")} of its augmentation are kept, which epochs take in turn`;
  return { keeping: { prefix, draws }, told: changes ? `${once}; ${drawn}` : once };
}
