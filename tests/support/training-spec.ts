import { Random } from "../../src-main/base/random.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { parseProject } from "../../src-main/contract/project.js";
import type { Engine } from "../../src-main/engines/engine.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { type TensorData, sizeOf, tensor } from "../../src-main/onnx/types.js";
import { laidTraining } from "../../src-main/training/combining/index.js";
import { type Layout, layOut } from "../../src-main/training/network/layout.js";
import { planNetwork } from "../../src-main/training/network/network.js";
import { type TargetSpec, type TrainingSpec, isIndex, names } from "../../src-main/training/network/specification.js";
import { Trainer, type TrainingBatch } from "../../src-main/training/trainer.js";

/** What a training is made from when no data is read: widths of the encoded inputs, targets, and the project's own sections. */
export interface Described {
  /** By input its columns, or the lengths `[C, H, W]` of an encoded picture. */
  readonly inputs: Readonly<Record<string, number | readonly number[]>>;
  readonly targets: readonly TargetSpec[];
  readonly model: ProjectInput["model"];
  readonly training: Omit<ProjectInput["training"], "epochs"> & { readonly epochs?: number };
}

/** The specification that a project so described leads to, by way of the project's own parser. */
export function trainingSpec({ inputs, targets, model, training }: Described): TrainingSpec {
  const project = parseProject({
    version: 1,
    name: "test",
    data: {
      source: { type: "table", path: "none.csv" },
      inputs: Object.entries(inputs).map(([name, width]) => ({
        name,
        type: "numeric",
        columns: Array.from({ length: typeof width === "number" ? width : 1 }, (_, k) => `${name}${k}`),
      })),
      targets: targets.map(({ name, kind, width }) =>
        kind === "numeric" || kind === "labels"
          ? { name, type: kind, columns: Array.from({ length: width }, (_, k) => `${name} ${k}`) }
          : { name, type: kind, column: name },
      ),
    },
    model,
    training: { epochs: 1, ...training },
  });
  const types = new Map(
    Object.entries(inputs).map(([name, width]) => [name, { dtype: "float32" as const, shape: ["N", ...(typeof width === "number" ? [width] : width)] }]),
  );
  const plan = planNetwork(project.model, [...types.keys()], new Map(targets.map((t) => [t.name, t.width])), { groups: project.training.groups });
  const layout = layOut(plan, types, laidTraining(project.training, targets));
  return { plan, layout, inputs: types, targets, training: project.training, balanced: new Map() };
}

export function trainerOf(spec: TrainingSpec, seed = 1, engine: Engine = onnxruntimeEngine): Promise<Trainer> {
  return Trainer.create(spec, engine, { device: "cpu", threads: 1 }, seed);
}

/** A batch from rows of numbers by input and by `target.<name>`. */
export function batchOf(spec: TrainingSpec, size: number, values: Readonly<Record<string, readonly number[]>>): TrainingBatch {
  const tensors: Record<string, TensorData> = {};
  for (const [name, { shape }] of spec.inputs) tensors[name] = tensor("float32", values[name]!, [size, ...shape.slice(1).map(Number)]);
  for (const { name, kind, width, masked } of spec.targets) {
    const key = names.target(name);
    if (masked) tensors[names.counts(name)] = tensor("float32", values[names.counts(name)]!, isIndex({ kind }) ? [size] : [size, width]);
    tensors[key] = isIndex({ kind }) ? tensor("int64", values[key]!, [size]) : tensor("float32", values[key]!, [size, width]);
  }
  for (const { layer, shape } of spec.layout.uniforms) {
    const key = names.uniform(layer);
    tensors[key] = tensor("float32", values[key]!, [size, ...shape]);
  }
  return { size, tensors };
}

/** A batch of normal inputs and random answers; the same for the same key. */
export function randomBatch(spec: TrainingSpec, size: number, key: string | number): TrainingBatch {
  const draw = (what: string, count: number, one: (random: Random) => number) => {
    const random = new Random("batch", key, what);
    return Array.from({ length: count }, () => one(random));
  };
  return batchOf(spec, size, {
    ...Object.fromEntries([...spec.inputs].map(([name, { shape }]) => [name, draw(name, size * sizeOf(shape.slice(1).map(Number)), (r) => r.normal())])),
    ...Object.fromEntries(
      spec.targets.map(({ name, kind, width }) => [
        names.target(name),
        isIndex({ kind })
          ? draw(name, size, (r) => r.below(width))
          : draw(name, size * width, (r) => (kind === "binary" || kind === "labels" ? r.below(2) : r.normal())),
      ]),
    ),
    ...Object.fromEntries(
      spec.targets.flatMap(({ name, kind, width, masked }) =>
        masked ? [[names.counts(name), draw(names.counts(name), size * (kind === "category" ? 1 : width), (r) => r.below(2))]] : [],
      ),
    ),
    ...Object.fromEntries(
      spec.layout.uniforms.map(({ layer, shape }) => [names.uniform(layer), draw(layer, size * shape.reduce((a, b) => a * b, 1), (r) => r.uniform())]),
    ),
  });
}

/** A flat vector by the names of its pieces. */
export function piecesOf(slices: Layout["parameters" | "buffers"], vector: Float32Array): Record<string, number[]> {
  return Object.fromEntries(slices.map(({ name, offset, size }) => [name, [...vector.subarray(offset, offset + size)]]));
}

/** The reverse of `piecesOf`. @throws Error where names differ. */
export function vectorOf(slices: Layout["parameters" | "buffers"], pieces: Readonly<Record<string, readonly number[]>>): Float32Array {
  const known = slices.map((s) => s.name);
  const strange = [...Object.keys(pieces).filter((name) => !known.includes(name)), ...known.filter((name) => !(name in pieces))];
  if (strange.length > 0) throw new Error(`the pieces ${strange.join(", ")} are in one but not the other`);
  return Float32Array.from(
    slices.flatMap(({ name, size }) => {
      const piece = pieces[name]!;
      if (piece.length !== size) throw new Error(`${name} has ${size} numbers, got ${piece.length}`);
      return piece;
    }),
  );
}
