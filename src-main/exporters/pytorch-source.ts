import { initializers } from "../layers/init/index.js";
import type { InitializerConfig, LayerDefinition, TorchSource } from "../layers/layer.js";
import { Code, type PythonValue, call } from "../base/python.js";
import { type Shape, type TensorType, showShape } from "../onnx/types.js";
import { pythonNames } from "./python-names.js";

/** A network with everything resolved, as planning leaves it. */
export interface SourceNetwork {
  /** The project's name. */
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly shape: Shape; readonly description: string }[];
  readonly layers: readonly SourceLayer[];
  readonly outputs: readonly { readonly target: string; readonly from: string; readonly description: string }[];
}

export interface SourceLayer {
  /** Inside a block `block1.fc`. */
  readonly id: string;
  /** Whose weights it has: those of another where a block is shared. */
  readonly owner: string;
  readonly definition: LayerDefinition;
  readonly config: unknown;
  readonly from: readonly string[];
  readonly inputs: readonly TensorType[];
  readonly output: TensorType;
  /** Not trained. */
  readonly frozen?: true;
}

export interface PytorchSource {
  readonly text: string;
  readonly className: string;
  /** By layer, as `owner` has it, the module that holds its weights: `fc1.weight` is `<module>.weight`. */
  readonly modules: ReadonlyMap<string, string>;
}

/** What an initialisation as in PyTorch is called in a layer's options. */
const PYTORCH_DEFAULT = "pytorch_default";

/**
 * The network as a PyTorch module that one reads, runs and trains: the same layers, shapes, parameters and first values. The same network gives the same text.
 * @throws LatheError `export.format` for a layer that has no such source
 */
export function pytorchSource(network: SourceNetwork): PytorchSource {
  const names = pythonNames(network);
  const modules = new Map<string, string>();
  const made: string[] = [];
  const begun: string[] = [];
  for (const { owner, definition, config, inputs, frozen } of network.layers) {
    const source = definition.torch(config, inputs);
    if (!("module" in source) || modules.has(owner)) continue;
    const attribute = names.attribute(owner);
    modules.set(owner, attribute);
    made.push(`self.${attribute} = ${source.module}`);
    begun.push(...beginnings(attribute, definition, config, inputs), ...(frozen ? frozenLines(attribute, definition, config, inputs) : []));
  }
  const forward = statements(network, modules, names.variable);
  const body = [
    `class ${names.className}(nn.Module):`,
    ...indent(docstring(network, names.variable)),
    ...indent(["def __init__(self):", ...indent(["super().__init__()", ...made, ...begun])]),
    "",
    ...indent([`def forward(self, ${network.inputs.map(({ name }) => names.variable(name)).join(", ")}):`, ...indent(forward)]),
  ];
  const code = body.join("\n");
  const imports = ["import torch", "from torch import nn", ...(/\bF\./.test(code) ? ["from torch.nn import functional as F"] : [])].filter(
    (line) => line !== "import torch" || /\btorch\./.test(code),
  );
  return { text: `${[...imports, "", "", code].join("\n")}\n`, className: names.className, modules };
}

/** What it is given and what it answers. */
function docstring({ inputs, outputs }: SourceNetwork, variable: (name: string) => string): string[] {
  const safe = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', "'").replace(/\s+/g, " ");
  return [
    '"""',
    ...inputs.map(({ name, shape, description }) => `${variable(name)}: float32 ${showShape(shape)}, ${safe(description)}`),
    ...outputs.map(
      ({ target, description }) => `${outputs.length === 1 ? "returns" : `returns["${safe(target)}"]:`} ${safe(description)}, before the last activation`,
    ),
    '"""',
    "",
  ];
}

/** First values that are not what PyTorch would give this layer anyway. */
function beginnings(attribute: string, definition: LayerDefinition, config: unknown, inputs: readonly TensorType[]): readonly string[] {
  const options = typeof config === "object" && config !== null ? config : {};
  const plain = { ...options, ...("init" in options ? { init: PYTORCH_DEFAULT } : {}), ...("initBias" in options ? { initBias: PYTORCH_DEFAULT } : {}) };
  const byDefault = new Map(definition.parameters?.(plain, inputs).map(({ name, init }) => [name, JSON.stringify(init)]));
  return (definition.parameters?.(config, inputs) ?? []).flatMap(({ name, init, zeroRow }) => {
    if (byDefault.get(name) === JSON.stringify(init)) return [];
    const tensor = `self.${attribute}.${name}`;
    return [beginning(tensor, init), ...(zeroRow === undefined ? [] : [call("nn.init.zeros_", [new Code(`${tensor}[${zeroRow}]`)])])];
  });
}

/** A layer that is not trained. What keeps running statistics is in evaluation, too, which `train()` of the whole would change. */
function frozenLines(attribute: string, definition: LayerDefinition, config: unknown, inputs: readonly TensorType[]): readonly string[] {
  const buffers = (definition.buffers?.(config, inputs) ?? []).length > 0;
  if (!buffers && (definition.parameters?.(config, inputs) ?? []).length === 0) return [];
  return [`self.${attribute}.requires_grad_(False)${buffers ? `  # frozen; after train(), call ${attribute}.eval()` : "  # frozen"}`];
}

function beginning(tensor: string, init: InitializerConfig): string {
  const definition = initializers.get(init.type);
  const options = definition.config.parse(init) as Readonly<Record<string, PythonValue>>;
  const named = Object.entries(options)
    .filter(([key]) => key !== "type")
    .map(([key, value]) => [definition.torchNames?.[key] ?? key, [value, undefined]] as const);
  return call(`nn.init.${init.type}_`, [new Code(tensor)], Object.fromEntries(named));
}

/** The forward pass. A value that only the next statement reads is called `x`; any other has the name of its layer. */
function statements({ layers, outputs, inputs }: SourceNetwork, modules: ReadonlyMap<string, string>, variable: (name: string) => string): readonly string[] {
  const readers = new Map<string, number[]>();
  layers.forEach(({ from }, i) => from.forEach((name) => readers.set(name, [...(readers.get(name) ?? []), i])));
  for (const { from } of outputs) readers.set(from, [...(readers.get(from) ?? []), layers.length]);
  const names = new Map(inputs.map(({ name }) => [name, variable(name)]));
  const read = (name: string) => names.get(name) ?? variable(name);
  const written = layers.map(({ id, owner, definition, config, from, inputs: types, output }, i) => {
    const operands = from.map(read);
    const source = definition.torch(config, types);
    const value = "module" in source ? callOf(source, `self.${modules.get(owner) ?? owner}`, operands) : source.expression(operands);
    const passedOn = readers.get(id)?.every((reader) => reader === i + 1) ?? false;
    names.set(id, passedOn ? variable("") : variable(id));
    return { code: `${read(id)} = ${value}`, comment: `# ${id}: ${showShape(output.shape)}${"note" in source ? `; ${source.note}` : ""}` };
  });
  const width = Math.min(60, Math.max(0, ...written.map(({ code }) => code.length)));
  const [only, ...others] = outputs;
  const answers = outputs.map(({ target, from }) => `${JSON.stringify(target)}: ${read(from)}`);
  return [
    ...written.map(({ code, comment }) => `${code.padEnd(width)}  ${comment}`),
    others.length === 0 && only ? `return ${read(only.from)}` : `return {${answers.join(", ")}}`,
  ];
}

function callOf({ called }: Extract<TorchSource, { module: string }>, module: string, operands: readonly string[]): string {
  return called ? called(module, operands) : `${module}(${operands.join(", ")})`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `    ${line}`));
}
