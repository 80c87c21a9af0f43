import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { decodeModel, encodeModel } from "../../../../src-main/onnx/protobuf.js";
import { type Graph, type Node, int, tensor } from "../../../../src-main/onnx/types.js";
import { inferTypes } from "../../../../src-main/ops/index.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { predictTable } from "../../../../src-main/training/models/predict-table.js";
import { serveModel } from "../../../../src-main/training/models/served-model.js";
import { train } from "../../../../src-main/training/train.js";
import { creditTable, writeCreditProject } from "../../../support/lathe.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const setting = { control: new TrainingControl(), clock: () => performance.now(), now: () => new Date(), emit: () => undefined };

/** Nodes that make a value of the input, and the constants they need. */
interface Harm {
  readonly nodes: readonly Node[];
  readonly constants: readonly (readonly [string, ReturnType<typeof tensor>])[];
}

const node = (op: string, inputs: readonly string[], output: string): Node => ({
  name: `node ${output}`,
  op,
  domain: "",
  inputs: [...inputs],
  outputs: [output],
  attributes: op === "ReduceSum" ? { keepdims: int(0) } : {},
});

const harms: readonly (readonly [string, Harm, RegExp])[] = [
  [
    "asks for 36 terabytes",
    {
      nodes: [
        node("Shape", ["features"], "shape"),
        node("Mul", ["shape", "many"], "vast"),
        node("ConstantOfShape", ["vast"], "zeros"),
        node("ReduceSum", ["zeros"], "harm"),
      ],
      constants: [["many", tensor("int64", [1e6, 1e6], [2])]],
    },
    /: it asks for more memory than there is \(ONNX Runtime: .+\)$/,
  ],
  [
    "does not fit its own shapes",
    { nodes: [node("Reshape", ["features", "sevens"], "table"), node("ReduceSum", ["table"], "harm")], constants: [["sevens", tensor("int64", [-1, 7], [2])]] },
    /: its nodes do not fit each other; it may have been changed since it was exported, so export it again \(ONNX Runtime: .+\)$/,
  ],
];

/** The last node's answer, and what the harm makes added to it. */
function harmed({ nodes, outputs, initializers, ...graph }: Graph, { nodes: more, constants }: Harm): Graph {
  const name = outputs[0]?.name ?? "";
  const renamed = nodes.map((each) => ({ ...each, outputs: each.outputs.map((output) => (output === name ? "answer" : output)) }));
  return { ...graph, outputs, initializers: new Map([...initializers, ...constants]), nodes: [...renamed, ...more, node("Add", ["answer", "harm"], name)] };
}

it("a model that cannot be run is named, and what is wrong is said in plain words before the engine's", async () => {
  const project = writeCreditProject(temporaryFolder(), { epochs: 1, batchSize: 256, optimizer: { type: "Adam", lr: 0.005 } });
  const { model } = await train({ project }, setting);
  const whole = decodeModel(readFileSync(model ?? ""), inferTypes);
  for (const [what, harm, why] of harms) {
    const path = join(project, "harmed.onnx");
    writeFileSync(path, encodeModel({ ...whole, graph: harmed(whole.graph, harm) }));
    // Five rows: 45 values, which no rows of seven hold.
    const data = join(project, "few.csv");
    writeFileSync(data, readFileSync(creditTable, "utf8").split("\n").slice(0, 6).join("\n"));
    const sentence = { code: "engine.failed", message: expect.stringMatching(why) as string };
    const told = await predictTable({ kind: "predict", model: path, data, out: join(project, "out.csv") } as Parameters<typeof predictTable>[0], setting).catch(
      (thrown: unknown) => thrown,
    );
    expect(told, what).toMatchObject(sentence);
    expect((told as Error).message, what).toContain(`the model ${path} could not be run`);
  }
});

it("a file that the engine does not open is named too", async () => {
  const project = writeCreditProject(temporaryFolder(), { epochs: 1, batchSize: 256, optimizer: { type: "Adam", lr: 0.005 } });
  const { model } = await train({ project }, setting);
  const whole = decodeModel(readFileSync(model ?? ""), inferTypes);
  const path = join(project, "newer.onnx");
  writeFileSync(
    path,
    encodeModel({
      ...whole,
      opsets: new Map([
        ["", 900],
        ["ai.onnx.ml", 3],
      ]),
    }),
  );
  await expect(serveModel(path, "cpu")).rejects.toMatchObject({
    code: "engine.failed",
    message: expect.stringMatching(`^the model ${path} could not be run: .* \\(ONNX Runtime: .*\\)$`) as string,
  });
});
