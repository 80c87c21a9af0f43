import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../src-main/base/entries.js";
import type { Random } from "../../../src-main/base/random.js";
import { usualEnd } from "../../../src-main/importers/end.js";
import { fatesOf } from "../../../src-main/importers/fates.js";
import { importedNetwork } from "../../../src-main/importers/network.js";
import { normalForm } from "../../../src-main/importers/normal-form.js";
import { notesOf } from "../../../src-main/importers/notes.js";
import { readForeignModel } from "../../../src-main/importers/read-file.js";
import { decodeModel, encodeModel } from "../../../src-main/onnx/protobuf.js";
import type { Attribute, Model, Node } from "../../../src-main/onnx/types.js";
import { gradientProblem } from "../../../src-main/training/importing/lower-import.js";
import type { Kind } from "../kind.js";
import { TEXTS, mutateBytes, pick } from "../mutate.js";

/** Spoils a node's operator, operands, results or attributes; the bytes are a model then, whatever it means. */
function spoilt(model: Model, random: Random): Model {
  const nodes = [...model.graph.nodes];
  const at = random.below(nodes.length);
  const node = nodes[at] as Node;
  const values = [...nodes.flatMap(({ outputs }) => outputs), ...model.graph.initializers.keys(), "", ...TEXTS.slice(0, 8)];
  const other = (a: Attribute): Attribute => {
    if (a.type === "int") return { type: "int", value: pick(random, [0, -1, 1, 7, 2 ** 31, -(2 ** 40)]) };
    if (a.type === "ints") return { type: "ints", value: pick(random, [[], [0], [-1, -1], [2 ** 31, 2 ** 31], [1, 1, 1, 1, 1, 1], [0, 0]]) };
    return a.type === "string" ? { type: "string", value: pick(random, TEXTS) } : a;
  };
  const changed: Node = pick<() => Node>(random, [
    () => ({ ...node, op: pick(random, ["Loop", "If", "Scan", "Expand", "Tile", "ConstantOfShape", "Reshape", "Resize", ...nodes.map(({ op }) => op)]) }),
    () => ({ ...node, domain: pick(random, ["ai.onnx.ml", "com.microsoft", "x"]) }),
    () => ({ ...node, inputs: node.inputs.map((name) => (random.below(2) === 0 ? pick(random, values) : name)) }),
    () => ({ ...node, inputs: pick(random, [[], [...node.inputs, ...node.inputs], [...node.inputs].reverse()]) }),
    () => ({ ...node, outputs: [pick(random, values)] }),
    () => ({ ...node, attributes: Object.fromEntries(Object.entries(node.attributes).map(([name, a]) => [name, other(a)])) }),
  ])();
  nodes[at] = changed;
  if (random.below(8) === 0) nodes.reverse();
  const opsets = new Map(model.opsets);
  if (random.below(4) === 0) opsets.set("", pick(random, [0, 1, 6, 7, 9, 10, 11, 12, 13, 18, 21, 25, 26, 1000]));
  return { ...model, opsets: opsets.set(changed.domain, opsets.get(changed.domain) ?? 1), graph: { ...model.graph, nodes } };
}

/** ONNX files of other programs, spoilt, as `import` reads them before anything of them is run. */
export const imports: Kind = {
  name: "imports",
  quick: 60,
  bound: 5,
  memory: 1500,
  open({ root }) {
    const folder = mkdtempSync(join(root, "imports-"));
    const fixtures = join(packageRoot, "tests", "fixtures", "imported");
    const files = readdirSync(fixtures).filter((name) => name.endsWith(".onnx"));
    return Promise.resolve({
      async feed(random, judge) {
        const bytes = readFileSync(join(fixtures, pick(random, files)));
        const file = join(folder, "model.onnx");
        let made: Uint8Array = mutateBytes(random, bytes);
        if (random.below(3) > 0)
          made = await Promise.resolve(judge.ask("encode", () => encodeModel(spoilt(decodeModel(bytes), random)))).then((b) => b ?? made);
        writeFileSync(file, made);
        await judge.ask("import", () => {
          const read = readForeignModel(file);
          const form = normalForm(read);
          fatesOf(form, undefined);
          notesOf(read, form, []);
          const network = importedNetwork(form, usualEnd(form).value);
          fatesOf(form, network);
          gradientProblem(network);
        });
      },
      close: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
    });
  },
};
