import { expect, test } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";
import { fittedData } from "../../../src-main/features/fitted.js";
import { lowerInputs } from "../../../src-main/features/index.js";
import { numbersOf, tensor } from "../../../src-main/onnx/types.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { expectClose } from "../../support/close.js";

const picture = (name: string) =>
  ({ name, type: "image", column: name, size: [8, 8], color: "rgb", background: "#ffffff", shift: [1, 2, 3], scale: [4, 5, 6] }) as const;

function graphOf(...names: readonly string[]) {
  const e = createEmitter();
  const encoded = lowerInputs(e, fittedData.parse({ version: 2, inputs: names.map(picture), targets: [] }));
  // All are needed until the end.
  const all = e.concat([...encoded.values()], 1);
  e.graph.output(e.add(all, e.reduceMean(all)), "all");
  encoded.forEach((value, name) => e.graph.output(value, `${name} alone`));
  return e.graph.build("pictures");
}

test("pictures of one sample may be of different sizes, and are read as each by itself", async () => {
  const [both, one] = await Promise.all([graphOf("left", "right"), graphOf("left")].map((g) => onnxruntimeEngine.compile(g, { device: "cpu", threads: 1 })));
  const random = new Random("pictures");
  const drawn = (height: number, width: number) =>
    tensor(
      "uint8",
      Array.from({ length: height * width * 3 }, () => random.below(256)),
      [1, height, width, 3],
    );
  const sizes = [5, 20, 40, 18];
  for (const height of sizes)
    for (const width of sizes) {
      const [left, right] = [drawn(height, width), drawn(sizes[(sizes.indexOf(height) + 1) % 4]!, 22)];
      const answer = await both!.run({ left, right });
      for (const [name, given] of Object.entries({ left, right })) {
        const alone = await one!.run({ left: given });
        expectClose(numbersOf(answer[`${name} alone`]!), numbersOf(alone["left alone"]!), 1e-6, `${name} of ${given.dims.join(" × ")}`);
      }
    }
  await Promise.all([both!.dispose(), one!.dispose()]);
});

test("no two pictures share the name of an axis", () => {
  const names = graphOf("left", "right").inputs.flatMap(({ shape }) => shape.filter((d) => typeof d === "string"));
  expect(names).toEqual(["N", "H_left", "W_left", "N", "H_right", "W_right"]);
});
