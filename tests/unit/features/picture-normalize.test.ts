import { expect, it, test } from "vitest";
import { type LatheError, toLatheError } from "../../../src-main/base/errors.js";
import type { FitContext } from "../../../src-main/features/kind.js";
import { imageInput } from "../../../src-main/features/image.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { numbersOf, tensor } from "../../../src-main/onnx/types.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";

const context = { pixelRange: () => ({}) } as unknown as FitContext;
const optionsOf = (more: object) => imageInput.options.parse({ name: "photo", type: "image", column: "image", size: [1, 2], ...more });

it("pictures are brought to (x / 255 - mean) / deviation, by channel, where a project gives them", async () => {
  const fitted = await imageInput.fit(optionsOf({ normalize: { mean: [0.5, 0.25, 0], deviation: [0.5, 1, 2] } }), ["image"], context);
  expect(fitted).toMatchObject({ shift: [0.5, 0.25, 0], scale: [0.5, 1, 2] });
  const e = createEmitter();
  const stored = e.graph.input("stored", "uint8", imageInput.stored!.type(fitted).shape);
  e.graph.output(imageInput.stored!.lower(e, stored, fitted), "encoded");
  const graph = await onnxruntimeEngine.compile(e.graph.build("pictures"), { device: "cpu", threads: 1 });
  const { encoded } = await graph.run({ stored: tensor("uint8", [0, 51, 255, 255, 102, 0], [1, 1, 2, 3]) });
  const expected = [0, 255, 51, 102, 255, 0].map((x, i) => {
    const c = i >> 1;
    return (x / 255 - [0.5, 0.25, 0][c]!) / [0.5, 1, 2][c]!;
  });
  numbersOf(encoded!).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  await graph.dispose();
});

const project = (input: object) => ({
  version: 1,
  name: "pets",
  data: {
    source: { type: "image-folder", path: "pets" },
    inputs: [{ name: "photo", type: "image", column: "image", size: [8, 8], ...input }],
    targets: [{ name: "label", type: "category", column: "label" }],
  },
  model: {
    layers: [
      { id: "flat", type: "Flatten" },
      { id: "out", type: "Linear", outFeatures: "classes" },
    ],
    outputs: [{ target: "label", from: "out" }],
  },
  training: { epochs: 1 },
});

test.each<readonly [string, object, string]>([
  [
    "two numbers of three",
    { normalize: { mean: [0, 0], deviation: [1, 1, 1] } },
    "data.inputs[0].normalize.mean: got 2 numbers, expected 3, one for each channel of red, green, blue",
  ],
  [
    "three numbers of gray",
    { color: "gray", normalize: { mean: [0], deviation: [1, 1, 1] } },
    "data.inputs[0].normalize.deviation: got 3 numbers, expected 1, one for each channel of gray",
  ],
  ["a deviation of 0", { normalize: { mean: [0, 0, 0], deviation: [1, 0, 1] } }, "data.inputs[0].normalize.deviation[1]: got 0, expected more than 0"],
  ["no deviation", { normalize: { mean: [0, 0, 0] } }, "data.inputs[0].normalize.deviation: got nothing, expected a list of numbers, more than 0"],
  ["a word", { normalize: "image-net" }, 'data.inputs[0].normalize: got "image-net", expected "none" or "own" or "imagenet" or an object { … }'],
])("%s is refused in a sentence", (_, input, sentence) => {
  let error: LatheError | undefined;
  try {
    parseProject(project(input));
  } catch (thrown) {
    error = toLatheError(thrown);
  }
  expect(error?.message).toBe(`project.json: ${sentence}`);
});
