import { defined } from "../base/assert.js";
import { rowsOfSample } from "../base/draws.js";
import { LatheError, toLatheError } from "../base/errors.js";
import { inside } from "../base/own-files.js";
import type { RunEvent } from "../contract/events.js";
import type { Project } from "../contract/project.js";
import {
  type Fold,
  type KeptTensors,
  type Loader,
  type LoaderOptions,
  type PreparedData,
  type Split,
  createLoader,
  dataFingerprint,
  prepareData,
  stepsIn,
  strideOf,
} from "../datasets/index.js";
import type { CompileOptions, Engine } from "../engines/engine.js";
import { type EngineChoice, fileEngine } from "../engines/index.js";
import type { FittedTarget } from "../features/fitted.js";
import { fittedVocabularies, fromStored, horizonOf, kindOf, readsOf, storedType, targetKindOf } from "../features/index.js";
import { type TensorType, isStatic, sizeOf } from "../onnx/types.js";
import { losses } from "../losses/index.js";
import type { TransformSpecs } from "../transforms/index.js";
import { numberOf } from "../features/classes.js";
import type { Threshold } from "../features/kind.js";
import { labelThresholds } from "../features/labels.js";
import { thresholdFor } from "./judging/thresholds.js";
import type { JudgedTarget } from "./judging/judge.js";
import { type JudgedSize, refuseJudging } from "./judging/memory.js";
import type { NetworkFault } from "../contract/model-views.js";
import type { AskedTarget } from "./network/asked-target.js";
import { findFaults, isLimited } from "./network/faults.js";
import { type Layout, layOut } from "./network/layout.js";
import { explainMemory, refuseTooLarge } from "./network/memory.js";
import type { NetworkPrefix } from "./network/frozen-prefix.js";
import { type NetworkPlan, planNetwork } from "./network/network.js";
import { askedTarget } from "./network/plan-model.js";
import { type OpenedSources, matchPretrained, openSources, readPretrained } from "./network/pretrained.js";
import { faultsBefore, refuseFaults } from "./network/project-faults.js";
import { type TargetSpec, type TrainingSpec, drawnFor, names } from "./network/specification.js";
import { laidTraining } from "./combining/index.js";
import { type KeepQuestion, type KeepWork, keepFeatures } from "./kept/keep-features.js";
import { planKeeping } from "./kept/plan-keeping.js";
import { restOf } from "./kept/rest-of.js";
import type { Weights } from "./network/weights.js";
import { gatherTargetNumbers } from "./target-numbers.js";
import type { PretrainedSource } from "../pretrained/index.js";
import type { Origin } from "./runs/run-config.js";
import { type KeptWeights, matchKept } from "./runs/kept-weights.js";
import { chooseThreads, multiplyAddsOf } from "./network/threads.js";

/** Rows evaluated at once: large enough to be quick, small enough to stay in cache. */
const EVALUATION_BATCH = 1024;
/** Values that the widest layer may make of them: 16 MB. */
const WIDEST = 4 << 20;
/** Values that may be held inside a layer: 512 MB. */
const MOST_HELD = 128 << 20;

/** A project with its data prepared and its network laid out: all that training, evaluation and the search for a learning rate start from. */
export interface Workbench {
  readonly project: Project;
  readonly prepared: PreparedData;
  /** Of the whole network. */
  readonly spec: TrainingSpec;
  /** What steps and judging compute: all of it, or what a frozen beginning leaves. */
  readonly steps: TrainingSpec;
  /** How that beginning is kept; undefined where steps compute all. */
  readonly features: RunFeatures | undefined;
  /** What of it is kept, for a person; absent where steps compute all. */
  readonly kept?: KeptFeatures;
  readonly judged: ReadonlyMap<string, JudgedTarget>;
  readonly choice: EngineChoice;
  /** Runs exported files. */
  readonly fileEngine: Engine;
  readonly compile: CompileOptions;
  /** Things the user should know that do not stop the run. */
  readonly notes: readonly string[];
  /** Things that are good to know. */
  readonly told: readonly string[];
  /** What keeps the network from learning, or may. */
  readonly faults: readonly NetworkFault[];
  /** What its weights begin from, where that is not random numbers. */
  readonly origin: Origin;
  /** Why the data are not any more what was prepared; undefined where they are. */
  changed(): Promise<string | undefined>;
  /** Batches in an epoch. */
  readonly stepsPerEpoch: number;
  /**
   * The same with what its frozen beginning gives, computed or found, which the loaders below hand out; nothing else where none is kept.
   * @param weights of the whole network @throws LatheError `run.storage`, `engine.failed`, `cancelled`
   */
  withFeatures(weights: Weights, work: KeepWork): Promise<Workbench>;
  /** What the beginning of the network makes of each sample as it is, computed or found. @throws as `withFeatures` */
  featuresAt(prefix: NetworkPrefix, weights: Weights, work: KeepWork): Promise<KeptTensors>;
  /** Of the network, encoded, by name with their types. */
  readonly inputs: ReadonlyMap<string, TensorType>;
  /** Shuffled training batches, for `steps`. */
  trainingLoader(): Loader;
  /** A split in order, for `steps`; undefined where of its samples only what augmentation made of them is kept. */
  judgedLoader(split: Split): Loader | undefined;
  /** A split in order, for all of the network. */
  splitLoader(split: Split): Loader;
}

/** Layers whose results are kept of each sample, how many numbers these are, and how many draws of a training sample. */
export interface KeptFeatures {
  readonly upTo: readonly string[];
  readonly numbers: number;
  readonly draws: number;
}

/** How a run keeps features: what decides their values beside the project. */
export interface RunFeatures {
  /** Of each training sample; 1 without augmentation. */
  readonly draws: number;
  /** With which they are computed. */
  readonly threads: number;
}

export interface WorkbenchOptions {
  readonly project: Project;
  /** Where relative paths start and the cache lies. */
  readonly folder: string;
  readonly choice: EngineChoice;
  /** Frozen by a run's configuration; undefined: chosen here. */
  readonly threads?: number;
  /** What a run that is taken up began with: null where it kept nothing. */
  readonly features?: RunFeatures | null;
  /** The fingerprint of the data that a run began with. */
  readonly began?: string;
  /** See `CompileOptions`. */
  readonly asOf?: number;
  readonly emit: (event: RunEvent) => void;
  /** Ends the preparation of data. */
  readonly signal?: AbortSignal;
  /** Of a series, what is trained on and what is judged, in place of the project's split. */
  readonly fold?: Fold;
  /** Where prepared data are kept; by default in the project's folder. */
  readonly cacheFolder?: string;
  /** What the weights begin from, beside what the project says; `checkpoint`: they are not given first values, because those of a checkpoint replace them. */
  readonly start?: KeptWeights | "checkpoint" | undefined;
  /** The project's file, whose network is refused where it cannot learn; omitted: it is not, since a run that began with one may continue. */
  readonly refuse?: string;
}

/** @throws LatheError of the data, the model, `cancelled`, or `training.batch` where batch size and data do not fit. */
export async function openWorkbench({
  project,
  folder,
  choice,
  threads,
  began,
  asOf,
  emit,
  signal,
  refuse,
  fold,
  start,
  features,
  ...place
}: WorkbenchOptions): Promise<Workbench> {
  // Much is known before data are read, which may take minutes.
  if (refuse !== undefined) refuseFaults(faultsBefore(project), project, refuse);
  const opened = start === "checkpoint" ? undefined : openSources(project.model, folder);
  if (opened?.error) throw opened.error;
  const question = { folder, data: project.data, seed: project.seed, cacheFolder: place.cacheFolder ?? inside(folder, ".lathe", "cache"), fold };
  const prepared = await prepareData({
    ...question,
    began,
    compile: (graph) => fileEngine.compile(graph, { device: "cpu", threads: 1 }),
    progress: (stage, done, total) => emit({ event: "stage", stage, done, ...(total === undefined ? {} : { total }) }),
    say: (message) => emit({ event: "log", level: "info", message }),
    ...(signal ? { signal } : {}),
  });
  const { fitted, counts } = prepared;
  const masked = new Set(prepared.targets.filter((target) => target.masked).map(({ name }) => name));
  const targets = fitted.targets.map((target) => ({ ...targetSpec(target), ...(masked.has(target.name) ? { masked: true } : {}) }));
  const inputs = new Map(fitted.inputs.map((input) => [input.name, kindOf(input).encodedType(input)]));
  const widths = new Map(targets.map((t) => [t.name, t.width]));
  const vocabularies = fittedVocabularies(project.data.inputs, fitted);
  const plan = planNetwork(project.model, [...inputs.keys()], widths, { vocabularies, groups: project.training.groups });
  const layout = layOut(plan, inputs, laidTraining(project.training, targets));
  const reads = new Map(fitted.inputs.map((input) => [input.name, readsOf(input)]));
  const large = refuseJudging(judgedSize(project, prepared));
  const { first, origin, faults: unlike, told } = firstOf(plan, layout, opened, start);
  const spec: TrainingSpec = {
    plan,
    layout,
    inputs: new Map(fitted.inputs.map((input) => [input.name, storedType(input)])),
    targets,
    fromStored: (e, name, stored) =>
      fromStored(
        e,
        stored,
        defined(
          fitted.inputs.find((input) => input.name === name),
          name,
        ),
      ),
    training: project.training,
    balanced: balancedOptions(project, prepared),
    ...(first.size > 0 ? { first } : {}),
  };
  const augment = augmentationOf(project);
  const { keeping, told: keepingTold } = planKeeping({ spec, inputs, counts, augment, began: features === null ? 0 : features?.draws });
  const steps = keeping ? restOf(spec, keeping.prefix, inputs) : spec;
  // Of what is computed beforehand no gradient is made.
  const stepInputs = keeping ? new Map([...inputs, ...keeping.prefix.kept].filter(([name]) => !keeping.prefix.spared.includes(name))) : inputs;
  const batchSize = Math.min(project.training.batchSize, counts.train);
  refuseTooLarge({ plan: steps.plan, layout: steps.layout, inputs: stepInputs, reads }, batchSize);
  const drawn = drawnFor(spec);
  const perSample = rowsOfSample(drawn?.draws);
  const inOrder = (split: Split, { layout }: TrainingSpec, kept: KeptLoading = {}): Loader =>
    createLoader({
      prepared,
      split,
      batchSize: Math.min(Math.ceil(evaluationBatch(layout) / perSample), counts[split]),
      shuffle: false,
      seed: project.seed,
      dropLast: false,
      uniforms: [],
      drawn,
      ...kept,
    });
  const splitLoader = (split: Split): Loader => inOrder(split, spec);
  /** Numbers are read through only where the network cannot give all. */
  const askedOf = async ({ name, kind, width }: TargetSpec): Promise<AskedTarget> => {
    const { columns, classes } = defined(
      prepared.targets.find((target) => target.name === name),
      name,
    );
    if (classes || !isLimited(plan, name)) return askedTarget({ name, kind, width, exact: true }, project.training);
    const loader = splitLoader("train");
    try {
      return askedTarget({ name, kind, width, exact: true, numbers: await gatherTargetNumbers(name, columns, loader) }, project.training);
    } finally {
      await loader.dispose();
    }
  };
  const needsBatch = plan.layers.some(({ definition, frozen }) => definition.needsBatch === true && frozen !== true);
  const { dropLast, notes: batchNotes } = checkBatches(project, counts.train, needsBatch);
  const notes = [...batchNotes, ...(large === undefined ? [] : [large])];
  const faults = [
    ...unlike,
    ...findFaults({ plan, inputs: [...inputs.keys()], types: layout.types, vocabularies, targets: await Promise.all(targets.map(askedOf)), batch: batchSize }),
  ];
  if (refuse !== undefined) refuseFaults(faults, project, refuse);
  const uniforms = layout.uniforms.map(({ layer, shape }) => ({ name: names.uniform(layer), width: sizeOf(shape), shape }));
  const chosenThreads = (of: TrainingSpec, read: ReadonlyMap<string, TensorType>) =>
    chooseThreads(project.training.threads, multiplyAddsOf(of.plan, of.layout, read), project.training.batchSize);
  const kept = keeping && { draws: keeping.draws, threads: features?.threads ?? threads ?? chosenThreads(spec, inputs) };
  const keepBeginning = (wanted: KeepQuestion["keeping"], onThreads: number, weights: Weights, work: KeepWork) => {
    const batch = evaluationBatch(layOut(wanted.prefix.prefix, inputs));
    const asked = { spec, weights, keeping: wanted, prepared, cacheFolder: question.cacheFolder, seed: project.seed, augment };
    return keepFeatures({ ...asked, engine: fileEngine, threads: onThreads, batchSize: batch }, work);
  };
  /** What loaders hand out of a beginning that is kept. */
  const loading = (computed: KeptTensors | undefined): KeptLoading =>
    keeping ? { omit: new Set(keeping.prefix.spared), kept: defined(computed, "the features, which are computed first") } : {};
  const benchWith = (computed: KeptTensors | undefined, alsoTold: readonly string[] = []): Workbench => ({
    project,
    prepared,
    spec,
    steps,
    features: kept,
    choice,
    fileEngine,
    notes,
    ...(keeping ? { kept: { upTo: [...keeping.prefix.kept.keys()], numbers: keeping.prefix.numbers, draws: keeping.draws } } : {}),
    told: [...told, ...(keepingTold === undefined ? [] : [keepingTold]), ...alsoTold],
    faults,
    stepsPerEpoch: stepsIn(counts.train, batchSize, dropLast),
    origin,
    judged: new Map(fitted.targets.map((target) => [target.name, judgedTarget(target, thresholdFor(project.training, target))])),
    compile: { device: choice.device, threads: threads ?? chosenThreads(steps, stepInputs), asOf },
    async changed() {
      try {
        const { formats } = await dataFingerprint(question);
        return formats.has(prepared.fingerprint) ? undefined : `${prepared.source.path} is not what it was when the run began`;
      } catch (thrown) {
        return toLatheError(thrown).message;
      }
    },
    async withFeatures(weights, work) {
      if (!keeping || !kept) return benchWith(undefined);
      const { kept: computed, found } = await keepBeginning(keeping, kept.threads, weights, work);
      return benchWith(computed, found ? ["that was computed before, and is taken from the cache"] : []);
    },
    async featuresAt(prefix, weights, work) {
      return (await keepBeginning({ prefix, draws: 1 }, kept?.threads ?? threads ?? chosenThreads(spec, inputs), weights, work)).kept;
    },
    inputs,
    trainingLoader() {
      try {
        return createLoader({
          prepared,
          split: "train",
          batchSize,
          shuffle: project.training.shuffle,
          seed: project.seed,
          dropLast,
          uniforms,
          augment,
          drawn,
          ...loading(computed),
        });
      } catch (thrown) {
        throw explainMemory(thrown, batchSize);
      }
    },
    judgedLoader: (split) => (split === "train" && (kept?.draws ?? 1) > 1 ? undefined : inOrder(split, steps, loading(computed))),
    splitLoader,
  });
  return benchWith(undefined);
}

/** First values of weights and running statistics that are not random: those of a run go before those of pretrained networks. */
function firstOf(plan: NetworkPlan, { parameters, frozen, buffers }: Layout, opened: OpenedSources | undefined, start: WorkbenchOptions["start"]) {
  const slices = [...parameters, ...frozen, ...buffers];
  const sources = opened?.sources ?? new Map<string, PretrainedSource>();
  const pretrained = matchPretrained(plan, slices, sources);
  const kept = start === undefined || start === "checkpoint" ? undefined : { ...matchKept(slices, start), weights: start };
  const origin: Origin = {
    ...(sources.size > 0 ? { pretrained: Object.fromEntries([...sources].map(([name, { sha256 }]) => [name, sha256])) } : {}),
    ...(kept ? { from: { run: kept.weights.run, sha256: kept.weights.sha256, taken: kept.values.size, left: kept.left.map(({ name }) => name) } } : {}),
  };
  return {
    first: new Map([...readPretrained(pretrained), ...(kept?.values ?? [])]),
    origin,
    faults: pretrained.faults,
    told: [...pretrained.told, ...(kept ? [kept.told] : [])],
  };
}

type KeptLoading = Pick<LoaderOptions, "omit" | "kept">;

/** Rows whose widest layer stays in cache; feature maps of pictures are wide. What layers hold inside is too much for that, but must not fill the memory. */
function evaluationBatch({ types, held }: Pick<Layout, "types" | "held">): number {
  const widest = Math.max(1, ...[...types.values()].map(({ shape }) => (isStatic(shape.slice(1)) ? sizeOf(shape.slice(1)) : 1)));
  return Math.max(1, Math.min(EVALUATION_BATCH, Math.floor(WIDEST / widest), Math.floor(MOST_HELD / Math.max(1, held.deepest))));
}

function judgedSize({ data }: Project, { fitted, counts, audit, targets }: PreparedData): JudgedSize {
  const horizon = fitted.targets.reduce((most, target) => Math.max(most, horizonOf(target)), 0);
  return {
    counts,
    width: fitted.targets.reduce((sum, target) => sum + targetKindOf(target).width(target), 0),
    horizon,
    rows: fitted.series ? audit.rows : 0,
    columns: new Set([
      ...fitted.inputs.flatMap((input) => kindOf(input).columnsOf(input)),
      ...fitted.targets.flatMap((target) => targetKindOf(target).columnsOf(target)),
    ]).size,
    forecast: targets.reduce((sum, { rows }) => sum + (rows?.columns ?? 0), 0),
    stride: strideOf(data),
  };
}

/** By input, how training samples are changed. */
function augmentationOf({ data }: Project): ReadonlyMap<string, TransformSpecs> {
  return new Map(
    data.inputs.flatMap((input) => {
      const changes = kindOf(input).augmentation(input);
      return changes ? [[input.name, changes] as const] : [];
    }),
  );
}

/** A target as the training graphs see it. */
export function targetSpec(fitted: FittedTarget): TargetSpec {
  return { name: fitted.name, kind: fitted.type, width: targetKindOf(fitted).width(fitted) };
}

/** How a target's predictions are judged. */
export function judgedTarget(fitted: FittedTarget, threshold: Threshold): JudgedTarget {
  switch (fitted.type) {
    case "category":
      return { kind: "category", classes: fitted.classes };
    case "binary":
      return { kind: "binary", classes: fitted.classes, threshold: numberOf(threshold) };
    case "labels":
      return { kind: "labels", classes: fitted.classes, thresholds: labelThresholds(fitted.classes, threshold) };
    case "embedding":
      return { kind: "embedding" };
    case "numeric": {
      const { shift, scale, columns } = fitted;
      // Rows that are predicted stand one behind the other.
      const restore = (value: number, k: number) => value * (scale[k % columns.length] ?? 1) + (shift[k % columns.length] ?? 0);
      return { kind: "numeric", columns: targetKindOf(fitted).valuesOf(fitted), restore, ...(horizonOf(fitted) > 0 ? { forecast: true } : {}) };
    }
  }
}

/** What "balanced" stands for among the options of each target's loss, by the training rows. */
function balancedOptions(project: Project, { classCounts, counts, targets }: PreparedData): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  return new Map(
    Object.entries(project.training.losses).flatMap(([target, loss]) => {
      const { balance } = losses.get(loss.type);
      const named = Object.keys(balance ?? {}).filter((option) => loss[option] === "balanced");
      if (named.length === 0) return [];
      const { kind, masked } = defined(
        targets.find(({ name }) => name === target),
        target,
      );
      const seen = { kind, counts: defined(classCounts[target], `class counts of ${target}`), rows: counts.train - (masked?.train ?? 0) };
      return [[target, Object.fromEntries(named.map((option) => [option, balance?.[option]?.(seen)]))] as const];
    }),
  );
}

function checkBatches({ training }: Project, rows: number, needsBatch: boolean): { dropLast: boolean; notes: readonly string[] } {
  const { batchSize } = training;
  const notes: string[] = [];
  if (needsBatch && Math.min(batchSize, rows) === 1) {
    throw new LatheError(
      "training.batch",
      `training.batchSize: a batch of one row cannot train batch norm, which needs to see how rows differ; use a batchSize of 2 or ` +
        `more${rows === 1 ? ", and more than one training row" : ""}`,
    );
  }
  if (batchSize > rows) {
    if (training.dropLast === true)
      throw new LatheError(
        "training.batch",
        `training.batchSize ${batchSize} is larger than the ${rows} training rows, and dropLast drops what does not fill a batch: nothing is ` +
          `left; use at most ${rows}`,
      );
    notes.push(`batchSize ${batchSize} is larger than the ${rows} training rows; each step uses all of them`);
  }
  const last = rows % Math.min(batchSize, rows);
  if (training.dropLast !== true && needsBatch && last === 1) {
    notes.push("each epoch drops its last batch, which would hold one row: batch norm cannot train on it");
    return { dropLast: true, notes };
  }
  return { dropLast: training.dropLast ?? false, notes };
}
