import { expect, test } from "vitest";
import { parseProject } from "../../../src-main/contract/project.js";
import { type Draft, draftOf } from "../../../src-renderer/document/draft.js";
import { setLabelColumns, setLabelThreshold, setSeparator } from "../../../src-renderer/document/labels.js";
import { renameTarget, setRole, setTargetKind } from "../../../src-renderer/document/roles.js";

const columns = ["a", "rain", "wind", "snow"].map((name) => ({ name, type: "number", distinct: 2, target: "binary" }) as const);

/** Two targets of yes or no, each with an output of its own. */
const weather = (): Draft =>
  draftOf({
    version: 1,
    name: "weather",
    data: {
      source: { type: "table", path: "weather.csv" },
      inputs: [{ name: "features", type: "numeric", columns: ["a"] }],
      targets: [
        { name: "rain", type: "binary", column: "rain" },
        { name: "wind", type: "binary", column: "wind" },
      ],
    },
    model: {
      layers: [
        { id: "out", type: "Linear", from: ["features"], outFeatures: 1 },
        { id: "out2", type: "Linear", from: ["features"], outFeatures: 1 },
      ],
      outputs: [
        { target: "rain", from: "out" },
        { target: "wind", from: "out2" },
      ],
    },
    training: { epochs: 3, thresholds: { wind: 0.3 } },
  });

test("targets of yes or no become labels of one target, whose output has a number for each", () => {
  const draft = weather();
  setTargetKind(draft, "rain", "labels");
  expect(draft.data.targets).toEqual([{ name: "rain", type: "labels", columns: ["rain", "wind"] }]);
  expect(draft.model.outputs).toEqual([{ target: "rain", from: "out" }]);
  expect(draft.model.layers[0]).toMatchObject({ outFeatures: "classes" });
  expect(draft.training.thresholds).toBeUndefined();
  setLabelColumns(draft, "rain", ["rain", "wind", "snow"]);
  setLabelThreshold(draft, "rain", { label: "snow", threshold: 0.2 });
  setLabelThreshold(draft, "rain", { label: "rain", threshold: 0.6 });
  expect(renameTarget(draft, "rain", "sky")).toBeUndefined();
  expect(draft.training.thresholds).toEqual({ sky: { snow: 0.2, rain: 0.6 } });
  expect(parseProject(structuredClone(draft)).training.losses).toEqual({ sky: { type: "BCEWithLogitsLoss", posWeight: 1, weight: 1 } });
  setLabelThreshold(draft, "sky", undefined);
  expect(draft.training.thresholds).toEqual({ sky: "tune" });
  // A label whose column gets another role goes; of one label alone nothing is left to tell apart.
  setRole(draft, columns[3]!, "input", columns);
  expect(draft.data.targets).toMatchObject([{ columns: ["rain", "wind"] }]);
  setRole(draft, columns[2]!, "input", columns);
  expect(draft.data.targets).toEqual([]);
});

test("a column of words is read by its separator", () => {
  const draft = weather();
  draft.data.targets = [{ name: "tags", type: "category", column: "tags" }];
  setTargetKind(draft, "tags", "labels");
  setSeparator(draft, "tags", ",");
  expect(draft.data.targets).toEqual([{ name: "tags", type: "labels", column: "tags", separator: "," }]);
  setSeparator(draft, "tags", undefined);
  expect(draft.data.targets).toEqual([{ name: "tags", type: "labels", column: "tags" }]);
});
