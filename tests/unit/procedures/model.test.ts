import { describe, expect, test } from "vitest";
import { catalogue, modelPlan } from "../../../src-main/contract/model-views.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { initializers } from "../../../src-main/layers/init/index.js";
import { layers } from "../../../src-main/layers/index.js";
import { losses } from "../../../src-main/losses/index.js";
import { optimizers } from "../../../src-main/optimizers/index.js";
import { schedules } from "../../../src-main/optimizers/schedules/index.js";
import { listen, studioProject } from "../../support/studio-project.js";

const table = `x,colour,y\n${Array.from({ length: 90 }, (_, i) => `${i},${["red", "green", "blue"][i % 3]},${i % 2}`).join("\n")}\n`;
const data = {
  source: { type: "table", path: "table.csv" },
  inputs: [
    { name: "features", type: "numeric", columns: "rest" },
    { name: "colour", type: "category", column: "colour" },
  ],
  targets: [{ name: "y", type: "binary", column: "y" }],
};
const document = { version: 1, name: "t", data, model: { layers: [], outputs: [] }, training: { epochs: 1 } };

describe("the catalogue", () => {
  const made = () => {
    const { procedures, context } = studioProject(table, document);
    return procedures.model.catalogue({}, context);
  };

  test("has every entry of every registry, with a form for its options", async () => {
    const all = catalogue.parse(await made());
    const types = (entries: readonly { readonly type: string }[]) => entries.map(({ type }) => type);
    expect(types(all.layers)).toEqual(layers.types);
    expect(types(all.losses)).toEqual(losses.types);
    expect(types(all.optimizers)).toEqual(optimizers.types);
    expect(types(all.schedules)).toEqual(schedules.types);
    expect(types(all.initializers)).toEqual(initializers.types);
    const presetsOf = (reads: string | undefined) => types(all.presets.filter((preset) => preset.reads === reads));
    expect(presetsOf(undefined)).toEqual(["tabular", "two-input", "two-output", "text"]);
    expect(presetsOf("pictures")).toEqual(["images", "small-resnet", "small-mobilenet", "efficientnet-lite0"]);
    expect(presetsOf("series")).toEqual(["series", "lstm", "rnn", "tcn", "attention", "linear"]);
    expect(all.layers.find(({ type }) => type === "Linear")).toMatchObject({
      group: "Linear and shape",
      arity: [1, 1],
      schema: {
        type: "object",
        required: ["outFeatures"],
        properties: { outFeatures: { description: expect.any(String) as string }, bias: { type: "boolean", default: true } },
      },
    });
    expect(all.layers.find(({ type }) => type === "Concat")?.arity).toEqual([2, null]);
    const adam = all.optimizers.find(({ type }) => type === "Adam");
    expect(Object.keys(adam?.schema["properties"] as object)).toEqual(["lr", "betas", "eps", "weightDecay", "amsgrad"]);
    expect(all.losses.find(({ type }) => type === "CrossEntropyLoss")?.targets).toEqual(["category"]);
  });

  test("survives JSON as it is", async () => {
    const all = await made();
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
  });
});

describe("a preset and its plan", () => {
  test("fit the document's inputs and targets, by the widths that the table gives", async () => {
    const { procedures, streams, context, project } = studioProject(table, document);
    await listen(streams, "columns", project);
    const { model } = await procedures.model.preset({ project, document, preset: "tabular" }, context);
    const complete = { ...document, model };
    expect(parseProject(complete).model.layers[0]).toMatchObject({ type: "Concat" });
    const plan = modelPlan.parse(await procedures.model.plan({ project, document: complete }, context));
    expect(plan.problems).toEqual([]);
    expect(plan.inputs.map(({ shape, description }) => [shape, description])).toEqual([
      [["N", 1], "1 number, scaled to mean 0 and deviation 1"],
      [["N", 3], '3 columns, one for each value of "colour"'],
    ]);
    expect(plan.layers.at(-1)).toMatchObject({ shape: ["N", 1] });
  });

  test("a preset that does not suit, and a document without inputs, are told", async () => {
    const { procedures, context, project } = studioProject(table, document);
    const preset = async (type: string, more: object = {}) => procedures.model.preset({ project, document: { ...document, ...more }, preset: type }, context);
    await expect(preset("two-output")).rejects.toMatchObject({ code: "usage" });
    await expect(preset("tabular", { data: { ...data, inputs: [] } })).rejects.toMatchObject({
      code: "project.invalid",
      message: expect.stringContaining("data.inputs: got []") as string,
    });
    await expect(preset("tabullar")).rejects.toMatchObject({ message: "there is no template tabullar; did you mean tabular?" });
  });

  test("a table that cannot be read is a problem of the data, and the network is planned all the same", async () => {
    const { procedures, streams, context, project } = studioProject("x,y\n1,2\n1,2,3\n4\n", document);
    // The process that reads it is there then, and a plan waits long enough.
    await expect(listen(streams, "columns", project)).rejects.toMatchObject({ code: "data.ragged" });
    const plan = await procedures.model.plan(
      {
        project,
        document: {
          ...document,
          model: { layers: [{ id: "fc", type: "Linear", outFeatures: 1, from: ["features"] }], outputs: [{ target: "y", from: "fc" }] },
        },
      },
      context,
    );
    expect(plan.problems).toEqual([{ path: "data.source", message: expect.stringContaining("expected 2 as in the first row") as string }]);
    expect(plan.layers).toEqual([{ id: "fc", parameters: 0 }]);
  });

  test("only projects that may be used are planned", async () => {
    const { procedures, context } = studioProject(table, document);
    for (const project of ["/etc", "../etc"])
      await expect(async () => procedures.model.plan({ project, document }, context)).rejects.toMatchObject({ code: "rpc.refused" });
  });
});
