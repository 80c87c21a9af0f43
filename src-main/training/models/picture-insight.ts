import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { joinFloats } from "../../base/join-floats.js";
import { Lru } from "../../base/lru.js";
import type { FeatureMapsQuestion, FiltersAnswer, FeatureMapsAnswer, LayersAnswer, SaliencyAnswer, SaliencyQuestion } from "../../contract/picture-insight.js";
import { targetKindOf } from "../../features/index.js";
import type { FittedData, FittedTarget } from "../../features/fitted.js";
import type { Executable, Tensors } from "../../engines/engine.js";
import { type Graph, tensor } from "../../onnx/types.js";
import { createEmitter } from "../../ops/index.js";
import { copyInto } from "../../rewrites/rewrite.js";
import { type ModelFacts, outputName } from "./inference-model.js";
import { predictionOf } from "../judging/judge.js";
import { type PictureLayer, ancestorsOf, findLayer, pictureLayers } from "../network/model-layers.js";
import { buildFeatureGraph, featureName } from "../graphs/feature-graph.js";
import { buildSaliencyGraph, saliencyNames } from "../graphs/saliency-graph.js";
import { resizeMap, scaleToOne } from "./scale-map.js";
import { floats } from "../trainer.js";
import { judgedTarget } from "../workbench.js";

export interface InsightModel {
  /** Of the exported file: raw columns in. */
  readonly graph: Graph;
  readonly facts: ModelFacts;
  compile(graph: Graph): Promise<Executable>;
}

/** Compiled graphs that are kept: a person looks at a few layers in turn. */
const MOST_COMPILED = 4;

/**
 * Looks into an exported network over pictures: what it sees, layer by layer, and what of it speaks for a class. Everything throws `usage` where the model has
 * no such layer.
 */
export class PictureInsight {
  readonly #model: InsightModel;
  readonly #inputs: readonly string[];
  readonly #layers: readonly PictureLayer[];
  readonly #compiled = new Lru<string, Promise<Prepared>>(MOST_COMPILED);

  constructor(model: InsightModel) {
    this.#model = model;
    this.#inputs = model.facts.fitted.inputs.map(({ name }) => name);
    this.#layers = pictureLayers(model.graph, this.#inputs);
  }

  layers(): LayersAnswer {
    return {
      layers: this.#layers.map(({ id, folded, kind, operators, maps, height, width }) => ({
        id,
        folded: [...folded],
        kind,
        operators: [...operators],
        maps,
        height,
        width,
      })),
    };
  }

  /**
   * Grad-CAM of one row.
   * @param feeds the model's inputs, one row of them.
   * @throws LatheError `usage` for a target, class or layer that is not there, and for a target of numbers
   */
  async saliency(feeds: Tensors, { target: name, class: named, layer: wanted }: SaliencyQuestion): Promise<SaliencyAnswer> {
    const { fitted, thresholds } = this.#model.facts;
    const target = classTarget(fitted, name);
    const asked = named === undefined ? undefined : classOf(target, named);
    const output = outputName(name, fitted);
    const { executable, layer: looked } = await this.#prepared(`saliency ${JSON.stringify([name, wanted])}`, () =>
      buildSaliencyGraph(this.#model.graph, this.#inputs, output, wanted),
    );
    const layer = defined(looked, "the layer that is looked at");
    const width = targetKindOf(target).width(target);
    const run = (weights: readonly number[]) => executable.run({ ...feeds, [saliencyNames.weights]: tensor("float32", weights, [1, width]) });
    const decided =
      asked ??
      predictionOf(judgedTarget(target, thresholds[name] ?? 0.5), floats(await run(Array.from({ length: width }, () => 0)), saliencyNames.answer)) ??
      0;
    // A binary network has one score, that of yes: what speaks for no speaks against it.
    const result = await run(target.type === "binary" ? [decided === 1 ? 1 : -1] : Array.from({ length: width }, (_, k) => (k === decided ? 1 : 0)));
    const { map, peak } = scaleToOne(floats(result, saliencyNames.map));
    const seen = this.#seenBy(layer);
    const answer = floats(result, saliencyNames.answer);
    const first = answer[0] ?? Number.NaN;
    return {
      target: name,
      class: target.classes[decided] ?? "",
      layer: layer.id,
      peak,
      score: floats(result, saliencyNames.score)[0] ?? Number.NaN,
      probability: target.type !== "binary" ? (answer[decided] ?? Number.NaN) : decided === 1 ? first : 1 - first,
      height: seen.height,
      width: seen.width,
      cells: [layer.height, layer.width],
      map: Uint8Array.from(resizeMap(map, layer.height, layer.width, seen.height, seen.width), (share) => Math.round(share * 255)),
    };
  }

  /** What a layer makes of one row, or, asked of an input, the row as the network sees it. @param feeds as `saliency` */
  async featureMaps(feeds: Tensors, { layer: wanted, from, limit }: FeatureMapsQuestion): Promise<FeatureMapsAnswer> {
    const chosen = findLayer(this.#layers, wanted, ({ kind }) => wanted !== undefined || kind === "layer", false, "layer over pictures");
    const { executable } = await this.#prepared(`maps ${chosen.id}`, () => ({ graph: activationGraph(this.#model.graph, chosen), layer: chosen }));
    const values = floats(await executable.run(feeds), ACTIVATION);
    const { id, maps, height, width } = chosen;
    const size = height * width;
    const end = Math.min(maps, from + limit);
    const pixels = new Uint8Array(Math.max(0, end - from) * size);
    const ranges = [];
    for (let k = from; k < end; k++) {
      const map = values.subarray(k * size, (k + 1) * size);
      const [min, max] = rangeOf(map);
      map.forEach((value, i) => (pixels[(k - from) * size + i] = max > min ? Math.round((255 * (value - min)) / (max - min)) : 0));
      ranges.push({ min, max });
    }
    return { layer: id, maps, height, width, from, ranges, pixels };
  }

  /** What a layer reads of one row, flattened. @param feeds as `saliency` @param head the layer's id @throws LatheError `usage` where there is none */
  async features(feeds: Tensors, head: string): Promise<Float32Array> {
    const { executable, parts = 1 } = await this.#prepared(`features ${head}`, () => buildFeatureGraph(this.#model.graph, head));
    const result = await executable.run(feeds);
    return joinFloats(Array.from({ length: parts }, (_, k) => floats(result, featureName(k))));
  }

  /** The weights of a convolution, of the first one by default. */
  filters(wanted: string | undefined): FiltersAnswer {
    const { graph } = this.#model;
    const convolutions = graph.nodes.flatMap((node) => {
      const weights = node.op === "Conv" ? graph.initializers.get(node.inputs[1] ?? "") : undefined;
      const [scope] = node.name.split("/");
      const layer = this.#layers.find(({ id, folded }) => id === scope || folded.some((one) => one === scope))?.id ?? scope;
      return layer !== undefined && weights?.dtype === "float32" && weights.dims.length === 4 ? [{ layer, scope, weights }] : [];
    });
    const found = wanted === undefined ? convolutions[0] : convolutions.find(({ layer, scope }) => layer === wanted || scope === wanted);
    if (!found)
      throw new LatheError(
        "usage",
        convolutions.length === 0
          ? "the model has no convolution over pictures, whose filters could be shown"
          : `the model has no convolution "${wanted ?? ""}"; it has ${convolutions.map(({ layer }) => layer).join(", ")}`,
      );
    const {
      layer,
      weights: { dims, data },
    } = found;
    const [min, max] = rangeOf(data);
    const [filters = 0, channels = 0, height = 0, width = 0] = dims;
    return { layer, filters, channels, height, width, min, max, weights: littleEndian(data) };
  }

  async dispose(): Promise<void> {
    for (const prepared of this.#compiled.values())
      await prepared.then(
        ({ executable }) => executable.dispose(),
        () => undefined,
      );
    this.#compiled.clear();
  }

  /** The size in which the network sees the picture that a layer is made from. */
  #seenBy(layer: PictureLayer): PictureLayer {
    const behind = ancestorsOf(this.#model.graph, layer.output.name);
    return this.#layers.find(({ kind, output }) => kind === "input" && behind.has(output.name)) ?? layer;
  }

  async #prepared(key: string, build: () => Built): Promise<Prepared> {
    const known = this.#compiled.get(key);
    if (known) return known;
    const prepared = prepare(this.#model, build);
    prepared.catch(() => this.#compiled.delete(key, prepared));
    for (const other of this.#compiled.set(key, prepared))
      await other.then(
        ({ executable }) => executable.dispose(),
        () => undefined,
      );
    return prepared;
  }
}

/** A graph with what is to be known of it. */
interface Built {
  readonly graph: Graph;
  readonly layer?: PictureLayer;
  readonly parts?: number;
}

interface Prepared extends Omit<Built, "graph"> {
  readonly executable: Executable;
}

async function prepare(model: InsightModel, build: () => Built): Promise<Prepared> {
  const { graph, ...known } = build();
  return { executable: await model.compile(graph), ...known };
}

const ACTIVATION = "layer activation";

function activationGraph(model: Graph, { output }: PictureLayer): Graph {
  const e = createEmitter();
  e.graph.output(defined(copyInto(e, model).get(output.name), output.name), ACTIVATION);
  return e.graph.build("feature maps");
}

type ClassTarget = Exclude<FittedTarget, { readonly type: "numeric" | "embedding" }>;

function classTarget(fitted: FittedData, name: string): ClassTarget {
  const target = fitted.targets.find((one) => one.name === name);
  if (!target) throw new LatheError("usage", `the model has no target "${name}"; it has ${fitted.targets.map((one) => one.name).join(", ")}`, { target: name });
  if (target.type === "numeric" || target.type === "embedding")
    throw new LatheError("usage", `target ${name} is no class: it has no classes that a picture could speak for`, { target: name });
  return target;
}

function classOf({ name, classes }: ClassTarget, wanted: string): number {
  const k = (classes as readonly string[]).indexOf(wanted);
  if (k < 0)
    throw new LatheError("usage", `target ${name} has no class "${wanted}"; it has ${classes.slice(0, 10).join(", ")}${classes.length > 10 ? ", …" : ""}`, {
      target: name,
      class: wanted,
    });
  return k;
}

function rangeOf(values: Float32Array): readonly [min: number, max: number] {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : [0, 0];
}

function littleEndian(values: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat32(i * 4, value, true));
  return bytes;
}
