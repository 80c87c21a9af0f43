import type { ModelCard } from "../../src-main/contract/run-views.js";

export type SnippetLanguage = "python" | "javascript";

/** What has to be installed for it. */
export function snippetNeeds(language: SnippetLanguage, card: Pick<ModelCard, "inputs">): string {
  const ofPictures = card.inputs.some(isPicture);
  return language === "python" ? `pip install onnxruntime numpy${ofPictures ? " pillow" : ""}` : `npm install onnxruntime-node${ofPictures ? " sharp" : ""}`;
}

/** Bytes `[N, H, W, C]` of pictures of any size. */
export function isPicture({ dtype, shape }: Pick<Fed, "dtype"> & { readonly shape: readonly unknown[] }): boolean {
  return dtype === "uint8" && shape.length === 4 && typeof shape[1] !== "number" && typeof shape[2] !== "number";
}

interface Fed {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly description: string;
  readonly isPicture: boolean;
}

/**
 * A program that feeds an exported model one row and prints what it answers.
 * @param file name of the exported file. Names with a symbol for an axis (`N`) get one row.
 */
export function usageSnippet(language: SnippetLanguage, card: Pick<ModelCard, "inputs" | "outputs">, file: string): string {
  const inputs = card.inputs.map((input): Fed => ({
    ...input,
    isPicture: isPicture(input),
    shape: input.shape.map((axis) => (typeof axis === "number" ? axis : 1)),
  }));
  return language === "python" ? python(inputs, card.outputs, file) : javascript(inputs, card.outputs, file);
}

type Answer = Pick<ModelCard["outputs"][number], "name" | "description">;

/** numpy's names for ONNX's types. */
const numpyTypes: Readonly<Record<string, string>> = {
  float32: "np.float32",
  float64: "np.float64",
  float16: "np.float16",
  int64: "np.int64",
  int32: "np.int32",
  uint8: "np.uint8",
  int8: "np.int8",
  bool: "np.bool_",
  string: "object",
};

/** A picture upright, on white where it is transparent, as its bytes. */
const pythonReader = [
  "from PIL import Image, ImageOps",
  "",
  "",
  "def read(file, mode):",
  '    picture = ImageOps.exif_transpose(Image.open(file)).convert("RGBA")',
  '    ground = Image.new("RGBA", picture.size, "#ffffff")',
  "    pixels = np.asarray(Image.alpha_composite(ground, picture).convert(mode))",
  "    return pixels.reshape(1, picture.height, picture.width, -1)",
  "",
];

function python(inputs: readonly Fed[], outputs: readonly Answer[], file: string): string {
  const value = ({ dtype, shape, isPicture }: Fed) => {
    if (isPicture) return `read("picture.png", "${shape[3] === 1 ? "L" : "RGB"}")`;
    const type = numpyTypes[dtype] ?? "np.float32";
    if (dtype === "string") return `np.full(${tuple(shape)}, "", dtype=${type})`;
    return `np.zeros(${tuple(shape)}, dtype=${type})`;
  };
  return [
    "import numpy as np",
    "import onnxruntime as ort",
    ...(inputs.some(({ isPicture }) => isPicture) ? pythonReader : []),
    "",
    `session = ort.InferenceSession(${quote(file)})`,
    "",
    `# One ${one(inputs)}; the first axis is the number of ${one(inputs)}s.`,
    "inputs = {",
    ...inputs.flatMap((input) => [...comment(input.description, "    # "), `    ${quote(input.name)}: ${value(input)},`]),
    "}",
    `names = [${outputs.map(({ name }) => quote(name)).join(", ")}]`,
    "answers = dict(zip(names, session.run(names, inputs)))",
    ...outputs.flatMap(({ name, description }) => [...comment(description, "# "), `print(${quote(name)}, answers[${quote(name)}])`]),
    "",
  ].join("\n");
}

/** What JavaScript keeps a tensor's values in. */
const arrays: Readonly<Record<string, string>> = {
  float32: "Float32Array",
  float64: "Float64Array",
  int64: "BigInt64Array",
  int32: "Int32Array",
  uint8: "Uint8Array",
  int8: "Int8Array",
  bool: "Uint8Array",
};

/** A picture upright, on white where it is transparent, as its bytes. */
const javascriptReader = [
  'import sharp from "sharp";',
  "",
  "async function read(file, channels) {",
  '  const picture = sharp(file).rotate().flatten({ background: "#ffffff" }).toColourspace(channels === 1 ? "b-w" : "srgb");',
  "  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });",
  '  return new ort.Tensor("uint8", new Uint8Array(data), [1, info.height, info.width, info.channels]);',
  "}",
];

function javascript(inputs: readonly Fed[], outputs: readonly Answer[], file: string): string {
  const size = (shape: readonly number[]) => shape.reduce((product, axis) => product * axis, 1);
  const value = ({ dtype, shape, isPicture }: Fed) => {
    if (isPicture) return `await read("picture.png", ${shape[3] ?? 3})`;
    const data = dtype === "string" ? `new Array(${size(shape)}).fill("")` : `new ${arrays[dtype] ?? "Float32Array"}(${size(shape)})`;
    return `new ort.Tensor(${quote(dtype)}, ${data}, [${shape.join(", ")}])`;
  };
  return [
    'import * as ort from "onnxruntime-node";',
    ...(inputs.some(({ isPicture }) => isPicture) ? javascriptReader : []),
    "",
    `const session = await ort.InferenceSession.create(${quote(file)});`,
    "",
    `// One ${one(inputs)}; the first axis is the number of ${one(inputs)}s.`,
    "const inputs = {",
    ...inputs.flatMap((input) => [...comment(input.description, "  // "), `  ${quote(input.name)}: ${value(input)},`]),
    "};",
    "const answers = await session.run(inputs);",
    ...outputs.flatMap(({ name, description }) => [...comment(description, "// "), `console.log(${quote(name)}, answers[${quote(name)}].data);`]),
    "",
  ].join("\n");
}

function one(inputs: readonly Fed[]): string {
  return inputs.every(({ isPicture }) => isPicture) ? "picture" : "row";
}

function comment(text: string, sign: string): readonly string[] {
  const line = text.replace(/\s+/g, " ").trim();
  return line === "" ? [] : [`${sign}${line}`];
}

function tuple(shape: readonly number[]): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}

/** Both languages read JSON's strings. */
function quote(text: string): string {
  return JSON.stringify(text);
}
