import { describe, expect, it } from "vitest";
import { parseProject } from "../../../src-main/contract/project.js";
import { type Draft, draftOf } from "../../../src-renderer/document/draft.js";
import { type RoleColumn, renameTarget, rolesOf, setInputKind, setRole, setTargetKind, unreadInputs } from "../../../src-renderer/document/roles.js";

const columns: readonly RoleColumn[] = [
  { name: "ph", type: "number", distinct: 900, target: "numeric" },
  { name: "solids", type: "number", distinct: 900, target: "numeric" },
  { name: "colour", type: "text", distinct: 3, target: "category" },
  { name: "treated", type: "text", distinct: 2, target: "binary" },
  { name: "grade", type: "number", distinct: 4, target: "category" },
  { name: "Potability", type: "number", distinct: 2, target: "binary" },
];
const all = columns.map(({ name }) => name);
const column = (name: string) => columns.find((c) => c.name === name)!;

/** Water: numbers of "rest", one binary target, a small network. */
function water(data: Partial<Draft["data"]> = {}, training: Partial<Draft["training"]> = {}): Draft {
  return draftOf({
    version: 1,
    name: "water",
    data: {
      source: { type: "table", path: "water.csv" },
      inputs: [{ name: "features", type: "numeric", columns: ["ph", "solids"] }],
      targets: [{ name: "Potability", type: "binary", column: "Potability" }],
      ...data,
    },
    model: {
      layers: [
        { id: "fc1", type: "Linear", from: ["features"], outFeatures: 8 },
        { id: "act", type: "ReLU" },
        { id: "out", type: "Linear", outFeatures: 1 },
      ],
      outputs: [{ target: "Potability", from: "out" }],
    },
    training: { epochs: 3, ...training },
  });
}

function changed(draft: Draft, name: string, role: "input" | "target" | "ignore"): Draft {
  const next = structuredClone(draft);
  setRole(next, column(name), role, columns);
  return next;
}

const roles = (draft: Draft) => Object.fromEntries(rolesOf(draft, all));
const isSound = (draft: Draft) => void parseProject(structuredClone(draft));

describe("the role of a column", () => {
  it("is read off inputs, targets and rest, the split's column apart", () => {
    expect(roles(water())).toEqual({ ph: "input", solids: "input", colour: "ignore", treated: "ignore", grade: "ignore", Potability: "target" });
    const rest = water({
      inputs: [
        { name: "features", type: "numeric", columns: "rest" },
        { name: "colour", type: "category", column: "colour" },
      ],
      split: { by: "group", column: "treated" },
    });
    expect(roles(rest)).toEqual({ ph: "input", solids: "input", colour: "input", treated: "ignore", grade: "input", Potability: "target" });
  });

  it("stays as it is where nothing changes", () => {
    expect(changed(water(), "ph", "input")).toEqual(water());
    expect(changed(water(), "Potability", "target")).toEqual(water());
  });
});

describe("an input", () => {
  it("of numbers joins the numbers in the table's order", () => {
    const without = changed(water({ inputs: [{ name: "features", type: "numeric", columns: ["solids", "grade"], missing: "median" }] }), "ph", "input");
    expect(without.data.inputs).toEqual([{ name: "features", type: "numeric", columns: ["ph", "solids", "grade"], missing: "median" }]);
    isSound(without);
  });

  it("of texts gets an input of its own, by how many values it has", () => {
    const next = changed(changed(water(), "colour", "input"), "treated", "input");
    expect(next.data.inputs.slice(1)).toEqual([
      { name: "colour", type: "category", column: "colour" },
      { name: "treated", type: "binary", column: "treated" },
    ]);
    expect(unreadInputs(next)).toEqual(["colour", "treated"]);
    expect(unreadInputs(water())).toEqual([]);
  });

  it("is made where there was none, under a name that nothing has", () => {
    const bare = water({ inputs: [{ name: "features", type: "category", column: "colour" }] });
    expect(changed(bare, "ph", "input").data.inputs[0]).toEqual({
      name: "features_2",
      type: "numeric",
      columns: ["ph"],
      normalize: "standard",
      missing: "mean",
    });
  });

  it("taken out of rest has the others written out, in order", () => {
    const next = changed(water({ inputs: [{ name: "features", type: "numeric", columns: "rest", normalize: "minmax" }] }), "colour", "ignore");
    expect(next.data.inputs).toEqual([{ name: "features", type: "numeric", columns: ["ph", "solids", "treated", "grade"], normalize: "minmax" }]);
    expect(roles(next)["colour"]).toBe("ignore");
  });

  it("that was the last column of its input goes with it; the layer that reads it stays, to be seen", () => {
    const next = changed(changed(water(), "ph", "ignore"), "solids", "ignore");
    expect(next.data.inputs).toEqual([]);
    expect(next.model).toEqual(water().model);
  });

  it("comes back from being a target into rest", () => {
    const rest = water({
      inputs: [{ name: "features", type: "numeric", columns: "rest" }],
      targets: [
        { name: "Potability", type: "binary", column: "Potability" },
        { name: "grade", type: "category", column: "grade" },
      ],
    });
    const next = changed(rest, "grade", "input");
    expect(next.data.inputs).toEqual([{ name: "features", type: "numeric", columns: "rest" }]);
    expect(roles(next)["grade"]).toBe("input");
  });

  it("that was a target and is ignored does not slip into rest", () => {
    const rest = water({ inputs: [{ name: "features", type: "numeric", columns: "rest" }] });
    const next = changed(rest, "Potability", "ignore");
    expect(roles(next)["Potability"]).toBe("ignore");
    expect(next.data.inputs).toEqual([{ name: "features", type: "numeric", columns: ["ph", "solids", "colour", "treated", "grade"] }]);
  });

  it("is read as numbers or as a category, as one likes", () => {
    const draft = water({ inputs: [{ name: "features", type: "numeric", columns: ["ph", "solids", "grade"] }] });
    setInputKind(draft, "grade", "category", all);
    expect(draft.data.inputs).toEqual([
      { name: "features", type: "numeric", columns: ["ph", "solids"] },
      { name: "grade", type: "category", column: "grade" },
    ]);
    setInputKind(draft, "grade", "numeric", all);
    expect(draft.data.inputs).toEqual([{ name: "features", type: "numeric", columns: ["ph", "solids", "grade"] }]);
    const rest = water({ inputs: [{ name: "features", type: "numeric", columns: "rest" }] });
    setInputKind(rest, "colour", "category", all);
    expect(rest.data.inputs).toEqual([
      { name: "features", type: "numeric", columns: "rest" },
      { name: "colour", type: "category", column: "colour" },
    ]);
    setInputKind(rest, "colour", "binary", all);
    expect(rest.data.inputs[1]).toEqual({ name: "colour", type: "binary", column: "colour" });
  });
});

describe("a target", () => {
  it("exchanged for another keeps the network: its output and the width of its last layer follow", () => {
    const next = changed(
      changed(
        water({}, { losses: { Potability: { type: "BCEWithLogitsLoss" } }, earlyStopping: { monitor: "validation.Potability.accuracy", patience: 2 } }),
        "Potability",
        "ignore",
      ),
      "grade",
      "target",
    );
    expect(next.data.targets).toEqual([{ name: "grade", type: "category", column: "grade" }]);
    expect(next.model.outputs).toEqual([{ target: "grade", from: "out" }]);
    expect(next.model.layers[2]).toEqual({ id: "out", type: "Linear", outFeatures: "classes" });
    expect(next.training.losses).toEqual({});
    expect(next.training.earlyStopping).toEqual({ patience: 2 });
    isSound(next);
  });

  it("exchanged in the other order comes to the same", () => {
    const next = changed(changed(water(), "grade", "target"), "Potability", "ignore");
    expect(next.model.outputs).toEqual([{ target: "grade", from: "out" }]);
    isSound(next);
  });

  it("that was the last leaves the network and its output waiting", () => {
    const next = changed(water(), "Potability", "ignore");
    expect(next.data.targets).toEqual([]);
    expect(next.model).toEqual(water().model);
  });

  it("that is new beside another has no output yet, and the other keeps its own", () => {
    const next = changed(water(), "grade", "target");
    expect(next.data.targets.map(({ name }) => name)).toEqual(["Potability", "grade"]);
    expect(next.model.outputs).toEqual([{ target: "Potability", from: "out" }]);
    expect(next.model.layers[2]).toMatchObject({ outFeatures: 1 });
  });

  it("one of two that goes takes its output and loss along", () => {
    const two = changed(water(), "grade", "target");
    two.model.layers.push({ id: "out2", type: "Linear", from: ["act"], outFeatures: "classes" });
    two.model.outputs.push({ target: "grade", from: "out2" });
    two.training.losses = { Potability: { type: "BCEWithLogitsLoss", weight: 2 }, grade: { type: "CrossEntropyLoss" } };
    const next = changed(two, "grade", "ignore");
    expect(next.model.outputs).toEqual([{ target: "Potability", from: "out" }]);
    expect(next.training.losses).toEqual({ Potability: { type: "BCEWithLogitsLoss", weight: 2 } });
  });

  it("out of rest leaves rest as it is, while something is left of it", () => {
    const rest = water({ inputs: [{ name: "features", type: "numeric", columns: "rest" }] });
    expect(changed(rest, "ph", "target").data.inputs).toEqual(rest.data.inputs);
    expect(changed(rest, "ph", "target").data.targets[1]).toEqual({ name: "ph", type: "numeric", column: "ph", normalize: "standard" });
  });

  it("of several columns loses one of them", () => {
    const next = changed(
      water({ inputs: [{ name: "features", type: "category", column: "colour" }], targets: [{ name: "both", type: "numeric", columns: ["ph", "solids"] }] }),
      "ph",
      "ignore",
    );
    expect(next.data.targets).toEqual([{ name: "both", type: "numeric", columns: ["solids"] }]);
  });

  it("changes its kind: the loss that no longer suits goes, the layer follows, one that others read does not", () => {
    const draft = water({}, { losses: { Potability: { type: "BCEWithLogitsLoss" } } });
    setTargetKind(draft, "Potability", "category");
    expect(draft.data.targets).toEqual([{ name: "Potability", type: "category", column: "Potability" }]);
    expect(draft.training.losses).toEqual({});
    expect(draft.model.layers[2]).toMatchObject({ outFeatures: "classes" });
    isSound(draft);
    setTargetKind(draft, "Potability", "numeric");
    expect(draft.data.targets).toEqual([{ name: "Potability", type: "numeric", column: "Potability", normalize: "standard" }]);
    expect(draft.model.layers[2]).toMatchObject({ outFeatures: 1 });
    draft.model.outputs = [{ target: "Potability", from: "fc1" }];
    setTargetKind(draft, "Potability", "binary");
    expect(draft.model.layers[0]).toMatchObject({ outFeatures: 8 });
  });

  it("is renamed wherever it is named", () => {
    const draft = water(
      {},
      { losses: { Potability: { type: "BCEWithLogitsLoss" } }, earlyStopping: { monitor: "validation.Potability.f1.weighted", patience: 2 } },
    );
    expect(renameTarget(draft, "Potability", "fc1")).toBe("taken");
    expect(renameTarget(draft, "Potability", "3 x")).toBe("invalid");
    expect(renameTarget(draft, "Potability", "drinkable")).toBeUndefined();
    expect(draft.model.outputs[0]?.target).toBe("drinkable");
    expect(Object.keys(draft.training.losses ?? {})).toEqual(["drinkable"]);
    expect(draft.training.earlyStopping?.monitor).toBe("validation.drinkable.f1.weighted");
    isSound(draft);
  });
});
