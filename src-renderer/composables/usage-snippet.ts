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
  /** The file that stands for a picture: called as the input, where there are several. */
  readonly file: string;
  readonly picture?: { readonly background: string; readonly bits?: number | undefined; readonly float?: number | undefined } | undefined;
}

/**
 * A program that feeds an exported model one row and prints what it answers.
 * @param file name of the exported file. Names with a symbol for an axis (`N`) get one row.
 */
export function usageSnippet(language: SnippetLanguage, card: Pick<ModelCard, "inputs" | "outputs">, file: string): string {
  const inputs = card.inputs.map((input): Fed => ({
    ...input,
    isPicture: isPicture(input),
    file: card.inputs.filter(isPicture).length > 1 ? `${input.name}.png` : "picture.png",
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

/** Pictures as Lathe reads them: upright, the first frame, in sRGB with 8 bits, on the background where they are transparent. */
const pythonReader = [
  "from io import BytesIO",
  "from PIL import Image, ImageCms, ImageOps",
  "",
  "",
  "def read(file, mode, background, bits=None, most=None):",
  '    """bits, most: what the pictures of more than 8 bits, and of floats, that were trained on use; None where there were none."""',
  '    with open(file, "rb") as opened:',
  "        picture = Image.open(BytesIO(opened.read()))  # a TIFF that PIL maps into memory it does not turn",
  '    deep = ";16" in str(picture.tile) and picture.mode not in ("I;16", "I;16B", "I;16L", "I")',
  '    profile = picture.info.get("icc_profile")',
  "    picture.load()",
  '    if picture.format != "TIFF":  # PIL turns a TIFF as it loads it, and older ones would turn it here once more',
  "        picture = ImageOps.exif_transpose(picture)",
  '    if picture.mode == "F" or picture.mode.startswith("I"):',
  "        picture, profile = scaled(picture, bits, most), None",
  '    elif picture.mode == "LAB":',
  '        raise ValueError(f"{file}: Lab is not read; save it in RGB")',
  '    clear = picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info',
  '    alpha = picture.convert("RGBA").getchannel("A") if clear else None',
  '    if picture.mode not in ("L", "RGB", "CMYK"):',
  '        picture = picture.convert("L" if picture.mode in ("1", "LA", "La") else "RGB")',
  "    if profile:",
  "        try:",
  '            srgb = ImageCms.createProfile("sRGB")',
  '            picture = ImageCms.profileToProfile(picture, ImageCms.ImageCmsProfile(BytesIO(profile)), srgb, outputMode="RGB")',
  "        except ImageCms.PyCMSError:",
  "            pass  # a profile of other colours than the picture's",
  '    pixels = np.asarray(picture.convert("RGB")).astype(np.int64)',
  "    if deep and (bits or 16) != 16 or deep and bits is None and pixels.max() < 64:",
  '        raise ValueError(f"{file}: of 16 bits PIL reads the upper 8, and these are not all that count; save it with 8 bits")',
  "    if alpha is not None:",
  "        under = np.array([int(background[i:i + 2], 16) for i in (1, 3, 5)])",
  "        share = np.asarray(alpha).astype(np.int64)[..., None]",
  "        pixels = (pixels * share + under * (255 - share)) // 255",
  "    picture = Image.fromarray(pixels.astype(np.uint8)).convert(mode)",
  "    return np.asarray(picture).reshape(1, picture.height, picture.width, -1)",
  "",
  "",
  "def scaled(picture, bits, most):",
  "    values = np.asarray(picture).astype(np.float64)",
  '    if picture.mode == "F":',
  "        most = most or (1 if values.max() <= 1 else 255)",
  "    else:",
  "        if bits is None and values.max() < 2**14:",
  '            raise ValueError("the picture uses fewer than 16 bits, and none that was trained on had more than 8; save it with 8 bits")',
  "        most = 2 ** (bits or 16) - 1",
  "    if not (values.min() >= 0 and values.max() <= most):",
  '        raise ValueError(f"the picture holds {values.min()} to {values.max()}, expected 0 to {most}")',
  "    return Image.fromarray(np.floor(values / most * 255 + 0.5).astype(np.uint8))",
  "",
];

function python(inputs: readonly Fed[], outputs: readonly Answer[], file: string): string {
  const value = ({ dtype, shape, isPicture, picture, file: picked }: Fed) => {
    const { background, bits, float } = { background: "#ffffff", ...picture };
    const range = `${bits === undefined ? "" : `, bits=${bits}`}${float === undefined ? "" : `, most=${float}`}`;
    if (isPicture) return `read(${quote(picked)}, "${shape[3] === 1 ? "L" : "RGB"}", ${quote(background)}${range})`;
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

/** The same, of pictures of 8 bits: sharp has its own way with others, and with inks, so they are refused. */
const javascriptReader = [
  'import sharp from "sharp";',
  "",
  "async function read(file, channels, background) {",
  "  const { depth, space, icc } = await sharp(file).metadata();",
  '  if (depth !== "uchar" || (space === "cmyk" && !icc))',
  "    throw new Error(`${file} has more than 8 bits, or inks without a profile; save it in RGB with 8 bits`);",
  '  const picture = sharp(file).autoOrient().flatten({ background }).toColourspace(channels === 1 ? "b-w" : "srgb");',
  "  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });",
  '  return new ort.Tensor("uint8", new Uint8Array(data), [1, info.height, info.width, info.channels]);',
  "}",
];

function javascript(inputs: readonly Fed[], outputs: readonly Answer[], file: string): string {
  const size = (shape: readonly number[]) => shape.reduce((product, axis) => product * axis, 1);
  const value = ({ dtype, shape, isPicture, picture, file: picked }: Fed) => {
    if (isPicture) return `await read(${quote(picked)}, ${shape[3] ?? 3}, ${quote(picture?.background ?? "#ffffff")})`;
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
