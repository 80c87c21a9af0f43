import { dirname, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { FeaturesRequest } from "../../contract/engine-messages.js";
import { type KeptRows, type PreparedData, type Split, createLoader, keptBytes, readKept, rowNumbersOf } from "../../datasets/index.js";
import { picturesOf } from "../../features/index.js";
import { decisionAt } from "../judging/judge.js";
import { inBytes } from "../network/memory.js";
import { featurePrefix } from "../network/feature-prefix.js";
import { names } from "../network/specification.js";
import type { WorkSetting } from "../process/setting.js";
import { type KeptSplit, type KeptTarget, predictionsFile, readPredictions } from "../runs/kept-predictions.js";
import { matchKept, readKeptWeights } from "../runs/kept-weights.js";
import { readConfig } from "../runs/run-config.js";
import { RunFolder } from "../runs/run-folder.js";
import { reopenRun } from "../reopen-run.js";
import { initialWeights } from "../trainer.js";
import { type NearestRows, type OddRows, nearestRows, oddRows, unitRows } from "./neighbours.js";
import { outOfFold } from "./out-of-fold.js";
import { principalComponents } from "./principal-components.js";

const SPLITS = ["train", "validation", "test"] as const;
/** Components that a head is fitted on, of which the first two are the map. */
const COMPONENTS = 128;
/** Features that are compared in memory, in bytes. */
const MOST = 1 << 30;
/** Milliseconds between two words on how far it is. */
const EVERY = 250;

/** All pictures of a run as its network sees them; those trained on come first, then validation and test, each in the order of their records. */
export interface SeenPictures {
  readonly kept: KeptRows;
  /** The layer that reads the features, by its id. */
  readonly head: string;
  /** Whether something in front of the head learnt from the labels. */
  readonly learnt: boolean;
  /** The column that names the pictures; of several inputs the first that the features are made of. */
  readonly column: string;
  readonly counts: Readonly<Record<Split, number>>;
  /** Numbers of the rows, from 1; those of a test of its own continue. */
  readonly rows: Uint32Array;
  /** What is to be told of them: the first target with classes; absent where there is none. */
  readonly target?: {
    readonly name: string;
    readonly classes: readonly string[];
    /** By picture, -1: not known. */
    readonly truths: Int32Array;
    /** What the network decided, -1: not kept, as of all that were trained on. */
    readonly predicted: Int32Array;
    /** What a linear head says that did not learn from the picture, `[n, classes]`; NaN without a class. */
    readonly outOfFold: Float32Array;
  };
  /** The first two principal components, `[n, 2]`, and the share of the variance that each has. */
  readonly map: Float32Array;
  readonly shares: readonly number[];
  /** Of the nearest that were trained on. */
  readonly training: NearestRows;
  readonly odd: OddRows;
}

/**
 * Looks at all pictures of a finished run through its network's features, each scaled to length 1. Of pictures that are prepared none is read again, and of
 * features that are kept none is computed again.
 * @throws LatheError `usage` for a run without pictures; `run.missing`, `run.checkpoint`, `data.*`, `data.changed`, `cancelled`
 */
export async function lookThroughFeatures(request: FeaturesRequest, { emit, control, clock }: WorkSetting): Promise<SeenPictures> {
  const path = resolve(request.run);
  const folder = dirname(dirname(path));
  const run = RunFolder.open(folder, path);
  const config = readConfig(run);
  const { project } = config;
  const images = picturesOf(project.data.inputs);
  const [first] = images;
  if (!first) throw new LatheError("usage", `run ${run.id} has no pictures among its inputs; the view by features is of pictures`, { run: run.id });
  const signal = control.preparation;
  const bench = await reopenRun(run, { config, folder, lost: "its features are no longer those of these pictures" }, { emit, control });
  const { prepared, spec } = bench;
  const target = prepared.targets.find(({ classes = [], width }) => classes.length > 1 && width === 1);
  const prefix = featurePrefix(spec.plan, spec.layout, bench.inputs, target?.name ?? spec.plan.outputs[0]?.target ?? "");
  const bytes = keptBytes({ words: prefix.numbers, counts: prepared.counts, draws: 1 });
  if (bytes > MOST)
    throw new LatheError(
      "usage",
      `the features of all pictures of run ${run.id} would take ${inBytes(bytes)}, more than the ${inBytes(MOST)} that are compared in memory`,
      { run: run.id },
    );
  const { layout } = spec;
  const { values: learnt } = matchKept([...layout.parameters, ...layout.frozen, ...layout.buffers], readKeptWeights(folder, run.path));
  const { rows: kept } = await bench.featuresAt(prefix, initialWeights({ layout, first: learnt }, project.seed), { emit, clock, signal });

  let told = Number.NEGATIVE_INFINITY;
  const heed = async (stage: string, done: number, total: number): Promise<void> => {
    const now = clock();
    if (now - told < EVERY) return;
    told = now;
    emit({ event: "stage", stage, done, total });
    // Nothing else lets this process hear that it is called off.
    await setImmediate();
    if (signal.aborted) throw new LatheError("cancelled", "the look through the features was called off; the features that were computed are kept");
  };
  const units = unitRows(readKept(kept), prefix.numbers);
  const n = units.length / prefix.numbers;
  let rounds = 0;
  const components = await principalComponents(units, prefix.numbers, COMPONENTS, 2, () => heed("finding the map", rounds++, 0));
  const { count, scores } = components;
  const near = await nearestRows({ units, d: prefix.numbers, trained: prepared.counts.train, scores }, (done) => heed("comparing pictures", done ** 2, n ** 2));
  const judged = target?.classes ? { name: target.name, classes: target.classes, truths: await truthsOf(prepared, target.name, project.seed) } : undefined;
  const parts = SPLITS.map((split) => rowNumbersOf(prepared, split));
  return {
    kept,
    head: prefix.head,
    learnt: prefix.prefix.layers.some(({ owner }) => layout.parameters.some((parameter) => parameter.owner === owner)),
    column: (images.find(({ name }) => prefix.reads.includes(name)) ?? first).column,
    counts: prepared.counts,
    rows: Uint32Array.from(parts.flatMap((part) => [...part])),
    ...(judged
      ? {
          target: {
            ...judged,
            predicted: predictedOf(run.path, prepared, judged.name),
            outOfFold: await outOfFold({ rows: scores, m: count, labels: judged.truths, classes: judged.classes.length }, project.seed, (share) =>
              heed("trying the labels", Math.round(1000 * share), 1000),
            ),
          },
        }
      : {}),
    map: Float32Array.from({ length: 2 * n }, (_, k) => (k % 2 < count ? (scores[(k >> 1) * count + (k % 2)] ?? 0) : 0)),
    shares: components.shares.slice(0, 2),
    training: near.training,
    odd: oddRows(near.all),
  };
}

/** Classes of all samples, without their pictures. */
async function truthsOf(prepared: PreparedData, name: string, seed: number): Promise<Int32Array> {
  const { counts } = prepared;
  const truths = new Int32Array(counts.train + counts.validation + counts.test).fill(-1);
  let at = 0;
  for (const split of SPLITS) {
    if (counts[split] === 0) continue;
    const omit = new Set(prepared.inputs.map((input) => input.name));
    const loader = createLoader({ prepared, split, batchSize: Math.min(1024, counts[split]), shuffle: false, seed, omit });
    try {
      loader.start(1, 0);
      for (let step = 0; step < loader.stepsPerEpoch; step++) {
        const { size, tensors } = await loader.next();
        const { data } = defined(tensors[names.target(name)], name);
        const there = tensors[names.counts(name)]?.data;
        for (let i = 0; i < size; i++) {
          const value = Number(data[i]);
          truths[at + i] = value >= 0 && Number(there?.[i] ?? 1) > 0 ? value : -1;
        }
        at += size;
      }
    } finally {
      await loader.dispose();
    }
  }
  return truths;
}

/** What the network decided of pictures that it did not learn from, as far as that was kept. */
function predictedOf(run: string, prepared: PreparedData, name: string): Int32Array {
  const { counts } = prepared;
  const predicted = new Int32Array(counts.train + counts.validation + counts.test).fill(-1);
  const put = (split: KeptSplit, from: number): void => {
    const answers = counts[split] === 0 ? undefined : keptAnswers(run, split, name);
    if (!answers || !("classes" in answers)) return;
    for (let i = 0; i < counts[split]; i++) predicted[from + i] = decisionAt(answers, answers.outputs, i) ?? -1;
  };
  put("validation", counts.train);
  put("test", counts.train + counts.validation);
  return predicted;
}

function keptAnswers(run: string, split: KeptSplit, name: string): KeptTarget | undefined {
  try {
    return readPredictions(predictionsFile(run, split)).targets.find((target) => target.name === name);
  } catch {
    // A run that kept none is looked at without them.
    return undefined;
  }
}
