import { stat } from "node:fs/promises";
import { LatheError } from "../../base/errors.js";
import { Lru } from "../../base/lru.js";
import { type KeptPredictions, type KeptSplit, predictionsFile, readPredictions } from "../../training/runs/kept-predictions.js";

/** Runs whose predictions stay in memory: the one looked at, and one to compare it with. */
const MOST_RUNS = 2;
/** Questions whose work is kept, by split of a run. */
const MOST_WORKED = 8;

/** A split's predictions with what is worked out from them, by question, as long as they are at hand. */
export interface LoadedPredictions extends KeptPredictions {
  readonly worked: Lru<string, unknown>;
}

/** Predictions of runs, read once. */
export interface PredictionStore {
  /** @throws LatheError `run.missing` where they were not kept; `run.checkpoint` where the file is damaged */
  load(run: string, split: KeptSplit): Promise<LoadedPredictions>;
}

export function createPredictionStore(): PredictionStore {
  const runs = new Lru<string, Map<KeptSplit, { readonly identity: string; readonly loaded: LoadedPredictions }>>(MOST_RUNS);
  return {
    async load(run, split) {
      const path = predictionsFile(run, split);
      const found = await stat(path).catch((cause: unknown) => {
        throw new LatheError(
          "run.missing",
          `the ${split} predictions of each row were not kept for ${run}; resume the run, which judges it again, or train anew where its data has changed`,
          { path },
          { cause },
        );
      });
      const identity = `${found.mtimeMs} ${found.size} ${found.ino}`;
      const splits = runs.get(run) ?? new Map<KeptSplit, { readonly identity: string; readonly loaded: LoadedPredictions }>();
      runs.set(run, splits);
      const known = splits.get(split);
      if (known?.identity === identity) return known.loaded;
      const loaded = { ...readPredictions(path), worked: new Lru<string, unknown>(MOST_WORKED) };
      splits.set(split, { identity, loaded });
      return loaded;
    },
  };
}

/** Works something out of predictions, or recalls it. */
export function workedOut<T>({ worked }: LoadedPredictions, question: readonly unknown[], work: () => T): T {
  const key = JSON.stringify(question);
  // Under one key there is only what one kind of question, its first word, works out.
  const known = worked.get(key);
  if (known !== undefined) return known as T;
  const value = work();
  worked.set(key, value);
  return value;
}
