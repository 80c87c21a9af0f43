import { expectAccessible } from "./accessibility.js";
import { expect, test } from "./fixture.js";
import { savedModel, writeNine, type SavedModel } from "./nine-columns.js";
import { type HandLayer, ModelPage } from "./pages/model-page.js";

/** 9-16-8-1: 9·16 + 16 + 16·8 + 8 + 8·1 + 1 parameters. */
const layers: readonly HandLayer[] = [
  { type: "Linear", options: { "Out features": "16" } }, { type: "ReLU" }, { type: "Linear", options: { "Out features": "8" } }, { type: "ReLU" }, { type: "Linear", options: { "Out features": "1" } },
];
const parameters = "305";
const built: SavedModel = {
  layers: [
    { id: "fc1", type: "Linear", outFeatures: 16 }, { id: "act1", type: "ReLU" }, { id: "fc2", type: "Linear", outFeatures: 8 }, { id: "act2", type: "ReLU" }, { id: "fc3", type: "Linear", outFeatures: 1 },
  ],
  outputs: [{ target: "y", from: "fc3" }],
};

for (const by of ["mouse", "keyboard"] as const) {
  test(`a network is built by ${by}, layer after layer`, async ({ page, studio, workshop }) => {
    const project = writeNine(workshop.folder);
    const model = new ModelPage(page);
    await model.goto(workshop.server.url, project);
    await model.build(layers, by);
    await expect.poll(() => savedModel(project)).toEqual(built);
    await expect(model.total("Parameters")).toHaveText(parameters);
    await expect(model.totals).toContainText("No problems");
    await expect(model.node("fc1")).toHaveAccessibleName("fc1, Linear, output N by 16, 160 parameters, 51.4% of the cost");
    await expect(model.node("features")).toHaveAccessibleName(/^Input features, output N by 9/);
    studio.expectNoComplaints();
  });
}
