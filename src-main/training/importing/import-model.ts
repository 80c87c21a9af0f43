import { defined } from "../../base/assert.js";
import { Random } from "../../base/random.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import { version } from "../../base/version.js";
import type { StageEvent } from "../../contract/events.js";
import type { ImportAnswer, ImportReport, ImportRequest } from "../../contract/import-report.js";
import type { Tensors } from "../../engines/engine.js";
import { fileEngine } from "../../engines/index.js";
import { checkEnd, namedEnd, usualEnd } from "../../importers/end.js";
import { fatesOf } from "../../importers/fates.js";
import { type ImportedNetwork, importedNetwork } from "../../importers/network.js";
import { type InputShapes, type NormalForm, normalForm } from "../../importers/normal-form.js";
import { notesOf } from "../../importers/notes.js";
import { channelsLast } from "../../importers/picture-axes.js";
import { type ForeignModel, readForeignModel } from "../../importers/read-file.js";
import { encodeModel, modelOf } from "../../onnx/protobuf.js";
import { ONNX_TYPE } from "../../onnx/emitter.js";
import { type TensorData, type Value, int, isStatic, showShape, sizeOf, tensor } from "../../onnx/types.js";
import { gradientProblem, graphOf, lowerImport } from "./lower-import.js";

/** Samples of a batch that both are given. */
const BATCHES = [1, 2] as const;
/** Numbers of an input beyond which the comparison is left out. */
const MOST_COMPARED = 2 ** 24;

/**
 * Reads a stranger's network, tells what of it can be used, and writes it as layers. Only what was read and checked whole is run: the file as it is and the
 * layers, on the same random numbers, so that each can be held against the other.
 * @param emit hears what it is at
 * @throws LatheError `data.missing`, `graph.*`, `usage`
 */
export async function importModel({ model: path, until, shapes = {}, size, freeze }: ImportRequest, emit: (event: StageEvent) => void): Promise<ImportAnswer> {
  const stage = (name: string) => emit({ event: "stage", stage: name, done: 0 });
  stage("reading the network");
  const file = readForeignModel(path);
  const form = normalForm(file, lengthsOf(file, shapes, size));
  const failed = (error: unknown): ImportAnswer => {
    if (until !== undefined || toLatheError(error).code !== "graph.unsupported") throw error;
    return {
      report: {
        ...factsOf(file, form),
        nodes: fatesOf(form, undefined),
        layers: 0,
        parameters: 0,
        notes: [...notesOf(file, form, []), toLatheError(error).message],
      },
    };
  };
  stage("finding its layers");
  let end: ReturnType<typeof usualEnd>;
  let network: ImportedNetwork;
  try {
    end = until === undefined ? usualEnd(form) : namedEnd(form, until);
    network = importedNetwork(form, end.value);
  } catch (error) {
    return failed(error);
  }
  const onlyFrozen = gradientProblem(network);
  const graph = graphOf(lowerImport(network));
  const metadata = new Map([
    ["lathe.imported.sha256", file.sha256],
    ["lathe.imported.until", end.name],
  ]);
  const bytes = encodeModel(modelOf(graph, { version, doc: "An imported network as Lathe's layers have it", metadata }));
  stage("comparing it with the file");
  const compared = await compare(file, form);
  const uncompared = "because" in compared ? [`it was not compared with the file: ${compared.because}`] : [];
  const parameters = [...network.parameters].reduce((sum, name) => sum + (network.values.get(name)?.data.length ?? 0), 0);
  const report: ImportReport = {
    ...factsOf(file, form),
    nodes: fatesOf(form, network),
    end: { value: end.name, layer: network.output, shape: network.result.shape, reason: end.reason },
    layers: network.layers.length,
    parameters,
    notes: [
      ...notesOf(file, form, network.shared, end.value),
      ...uncompared,
      ...(onlyFrozen === undefined ? [] : [`it can be used frozen, not trained as a whole: ${onlyFrozen}`]),
    ],
    ...(onlyFrozen === undefined ? {} : { onlyFrozen }),
    ...("because" in compared ? {} : { compared: compared.found }),
  };
  try {
    checkEnd(end);
  } catch (error) {
    // Whoever named the end is told; else the report says it, from which another can be chosen.
    if (until !== undefined) throw error;
    return { report: { ...report, notes: [...report.notes, toLatheError(error).message] } };
  }
  return {
    report,
    network: {
      inputs: network.inputs.map(({ name, type }) => ({ name, shape: type.shape, type: type.dtype })),
      layers: network.layers.map((layer) => ({ ...layer, from: [...layer.from] })),
      output: network.output,
      shape: network.result.shape,
      frozen: freeze === undefined ? [] : layersUpTo(form, network, freeze),
      file: bytes,
    },
  };
}

function factsOf({ path, sha256, model }: ForeignModel, form: NormalForm) {
  const { name, version: own } = model.producer;
  return {
    file: path,
    sha256,
    opset: model.opsets.get("") ?? 0,
    producer: `${name} ${own}`.trim(),
    inputs: form.inputs.map(({ name: input, dtype, shape }) => ({ name: input, type: dtype, shape })),
  };
}

/** Lengths that are given, and where the file leaves them open, the size of pictures, whose channels may be open too, or the rows of a window. */
function lengthsOf({ model }: ForeignModel, shapes: Readonly<Record<string, readonly number[]>>, size: readonly number[] | undefined): InputShapes {
  const { inputs } = model.graph;
  if (size && !inputs.some(({ shape }) => shape.length === 4 || shape.length === 3))
    throw new LatheError(
      "usage",
      "a size is of pictures, [N, C, H, W], or of windows, [N, T, C]; the file reads " +
        inputs.map(({ name, shape }) => `${name} ${showShape(shape)}`).join(", "),
    );
  return new Map(
    inputs.flatMap(({ name, shape }) => {
      const given = shapes[name];
      if (given) return [[name, given] as const];
      if (!size) return [];
      const [first, second = first] = size;
      const known = (lengths: readonly (number | string | undefined)[]) =>
        lengths.every((d): d is number => typeof d === "number") ? [[name, lengths] as const] : [];
      if (shape.length === 3) return known([first, shape[2]]);
      if (shape.length !== 4) return [];
      const channels = shape[1] ?? "";
      return known(channelsLast(shape) ? [first, second, shape[3]] : [typeof channels === "number" ? channels : channelsRead(model, name), first, second]);
    }),
  );
}

/** Channels that the convolutions want which read an input. */
function channelsRead({ graph }: ForeignModel["model"], input: string): number | undefined {
  const first = graph.nodes.find(({ op, inputs }) => op === "Conv" && inputs[0] === input);
  const group = first?.attributes["group"];
  const [, channels] = graph.initializers.get(first?.inputs[1] ?? "")?.dims ?? [];
  return channels === undefined ? undefined : channels * (group?.type === "int" ? group.value : 1);
}

/** Layers that lead to a node or value. @throws LatheError `usage` */
function layersUpTo(form: NormalForm, network: ImportedNetwork, wanted: string): readonly string[] {
  const part = importedNetwork(form, namedEnd(form, wanted).value);
  const tensors = new Set([...part.layersOf.keys()]);
  return [...new Set([...network.layersOf].flatMap(([node, ids]) => (tensors.has(node) ? ids : [])))].filter((id) => network.layers.some((l) => l.id === id));
}

type Comparison = { readonly found: NonNullable<ImportReport["compared"]> } | { readonly because: string };

/** The file itself against all of it as layers, or why that cannot be: its result cannot be reached, it cannot be run as it is, or its lengths are open. */
async function compare(file: ForeignModel, form: NormalForm): Promise<Comparison> {
  const result = form.outputs.find((name) => form.values.get(name)?.dtype === "float32");
  const value = result === undefined ? undefined : form.values.get(result);
  if (result === undefined || !value) return { because: "its own result cannot be computed here" };
  const open = form.inputs.find(({ shape }) => !isStatic(shape.slice(1)));
  if (open) return { because: `the input ${open.name} is open` };
  if (form.inputs.some(({ shape }) => sizeOf(shape.slice(1)) > MOST_COMPARED)) return { because: "a sample has too many numbers" };
  const whole = importedNetwork(form, value);
  const found: { rows: number; difference: number }[] = [];
  const ours = await fileEngine.compile(graphOf(lowerImport(whole)), { device: "cpu", threads: 1 });
  try {
    const theirs = await fileEngine.load(asItIs(file), { device: "cpu", threads: 1 });
    try {
      const { frozenBatch = 1 } = form;
      for (const parts of BATCHES) {
        const rows = parts * frozenBatch;
        const fed = feeds(form.inputs, rows);
        const own = await ours.run(Object.fromEntries(whole.inputs.map(({ name, file: input }) => [name, defined(fed[input], input)])));
        const answers: number[] = [];
        // A file of a frozen batch answers as many at a time.
        const times = form.frozenBatch === undefined ? 1 : parts;
        for (let part = 0; part < times; part++) answers.push(...floatsOf((await theirs.run(feeds(form.inputs, rows, part, rows / times)))[result]));
        found.push({ rows, difference: differenceOf(floatsOf(own["output"]), answers) });
      }
    } finally {
      await theirs.dispose();
    }
  } catch (thrown) {
    // ONNX Runtime does not take every file that Lathe reads; the layers are checked by themselves then.
    const { code, message } = toLatheError(thrown);
    if (!code.startsWith("engine.")) throw thrown;
    return { because: message };
  } finally {
    await ours.dispose();
  }
  return { found };
}

/** The first operator set's version of the format in which tensors need not be inputs too. */
const LEAST_VERSION = 4;
/** Element types that Lathe reads as float32. */
const OTHER_FLOATS: ReadonlySet<number> = new Set([10, 11, 16]);

/**
 * The file's own nodes and operator set, for ONNX Runtime: its bytes, or where values lie beside it or are of other floats, all of it in one file and in
 * float32, so that only what was read and checked is run and rounding is that of float32.
 */
function asItIs({ bytes, model, external, converted }: ForeignModel): Uint8Array {
  if (!external && converted.size === 0) return bytes;
  const nodes = model.graph.nodes.map((node) => {
    const to = node.op === "Cast" ? node.attributes["to"] : undefined;
    return to?.type === "int" && OTHER_FLOATS.has(to.value) ? { ...node, attributes: { ...node.attributes, to: int(ONNX_TYPE.float32) } } : node;
  });
  return encodeModel({ ...model, irVersion: Math.max(model.irVersion, LEAST_VERSION), graph: { ...model.graph, nodes } });
}

/** Random numbers, the same for both: rows `part·count` and on of a batch. */
function feeds(inputs: readonly Pick<Value, "name" | "dtype" | "shape">[], rows: number, part = 0, count = rows): Tensors {
  return Object.fromEntries(
    inputs.map(({ name, dtype, shape }, i) => {
      const size = sizeOf(shape.slice(1));
      const random = new Random("import", String(i));
      const all = Float32Array.from({ length: rows * size }, () => (dtype === "float32" ? random.uniform() : 0));
      const values = all.slice(part * count * size, (part + 1) * count * size);
      const data: TensorData = tensor(dtype === "string" ? "float32" : dtype, values, [count, ...shape.slice(1).map(Number)]);
      return [name, data];
    }),
  );
}

function floatsOf(data: TensorData | undefined): readonly number[] {
  return data && data.dtype !== "string" ? Array.from<number | bigint, number>(data.data, Number) : [];
}

function differenceOf(a: readonly number[], b: readonly number[]): number {
  const unit = b.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-6);
  const worst = a.length === b.length ? a.reduce((most, v, i) => Math.max(most, Math.abs(v - (b[i] ?? Number.NaN))), 0) : Number.POSITIVE_INFINITY;
  return Number.isFinite(worst / unit) ? worst / unit : Number.MAX_VALUE;
}
