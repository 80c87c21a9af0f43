import { LatheError } from "../../base/errors.js";
import { sameShape, showShape, sizeOf } from "../../onnx/types.js";
import { names } from "../network/specification.js";
import type { FirstValues, Slice } from "../network/layout.js";
import { peekCheckpoint } from "./checkpoint.js";
import { BEST_BUFFERS, BEST_PARAMETERS, tensorsOf } from "./position.js";
import { readConfig } from "./run-config.js";
import { RunFolder } from "./run-folder.js";

/** A network's weights and running statistics as a run has kept them: of its best epoch, where it ends with those. */
export interface KeptWeights {
  readonly run: string;
  /** Of the checkpoint that they are from. */
  readonly sha256: string;
  /** By name: `fc1.weight`. */
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}

/**
 * Reads what a run has learnt. The run is not touched, and may be under way.
 * @param folder the project's @param which a run's id or path
 * @throws LatheError `run.missing`, `run.checkpoint`
 */
export function readKeptWeights(folder: string, which: string): KeptWeights {
  const run = RunFolder.open(folder, which);
  const { checkpoint, sha256 } = peekCheckpoint(run.checkpoints) ?? {};
  if (!checkpoint || sha256 === undefined)
    throw new LatheError("run.checkpoint", `run ${run.id} has kept no weights yet, so that no run can begin from it`, { run: run.id });
  const tensors = tensorsOf(checkpoint.header);
  if (!tensors)
    throw new LatheError(
      "run.checkpoint",
      `run ${run.id} was trained by a version of Lathe that did not write down which weight is whose; resume it, or train it again, and begin from that`,
      { run: run.id },
    );
  const best = readConfig(run).project.training.restoreBest;
  const kept = (vector: string) => {
    const better = { [names.parameters]: BEST_PARAMETERS, [names.buffers]: BEST_BUFFERS }[vector];
    return (best && better !== undefined ? checkpoint.vectors[better] : undefined) ?? checkpoint.vectors[vector];
  };
  const ends = new Map<string, number>();
  const found = tensors.map(([vector, name, shape]) => {
    const begin = ends.get(vector) ?? 0;
    ends.set(vector, begin + sizeOf(shape));
    return [name, { shape, data: kept(vector)?.subarray(begin, begin + sizeOf(shape)) ?? new Float32Array(0) }] as const;
  });
  const short = found.find(([, { shape, data }]) => data.length < sizeOf(shape));
  if (short)
    throw new LatheError("run.checkpoint", `the checkpoint of run ${run.id} is damaged: it tells of ${short[0]} and does not hold it`, { run: run.id });
  return { run: run.id, sha256, tensors: new Map(found) };
}

/** What of a network begins from a run. */
export interface KeptStart {
  readonly values: FirstValues;
  /** Names of those that do not, with why. */
  readonly left: readonly { readonly name: string; readonly reason: string }[];
  /** In words. */
  readonly told: string;
}

/**
 * Takes what a network has by the same name and shape.
 * @param slices all parameters and buffers of the network
 * @throws LatheError `usage` where that is nothing
 */
export function matchKept(slices: readonly Pick<Slice, "name" | "shape">[], { run, tensors }: KeptWeights): KeptStart {
  const values = new Map<string, Float32Array>();
  const left: { readonly name: string; readonly reason: string }[] = [];
  for (const { name, shape } of slices) {
    const there = tensors.get(name);
    if (there && sameShape(there.shape, shape)) values.set(name, there.data);
    else left.push({ name, reason: there ? `${showShape(shape)} here, ${showShape(there.shape)} there` : "not there" });
  }
  if (values.size === 0)
    throw new LatheError(
      "usage",
      `nothing of run ${run} fits the project's network, so that it cannot begin from it; their layers have other names or shapes`,
      { run },
    );
  const listed = left.slice(0, MOST_TOLD).map(({ name, reason }) => `${name} (${reason})`);
  const rest = left.length > MOST_TOLD ? [`and ${left.length - MOST_TOLD} more`] : [];
  const told = `begins from run ${run}: ${values.size} of ${slices.length} tensors`;
  return { values, left, told: left.length === 0 ? told : `${told}; not from it: ${[...listed, ...rest].join(", ")}` };
}

/** Tensors that are told one by one. */
const MOST_TOLD = 8;
