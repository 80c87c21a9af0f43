import { expect, it } from "vitest";
import { type Draft, draftOf } from "../../../src-renderer/document/draft.js";
import { setRole } from "../../../src-renderer/document/roles.js";
import { isKnown, reachOf, seesFuture, seesPast, setHorizon, setKnown, setLength } from "../../../src-renderer/document/series.js";
import { followTargets } from "../../../src-renderer/document/target-references.js";

const all = ["day", "sold", "visitors", "holiday", "weekday.sin"];
const columns = all.map((name) => ({ name, type: name === "day" ? ("time" as const) : ("number" as const), distinct: 50, target: "numeric" as const }));
const column = (name: string) => {
  const found = columns.find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
};

function draft(): Draft {
  return draftOf({
    data: {
      source: { type: "series", path: "s.csv", time: "day", calendar: ["weekday"] },
      inputs: [
        { name: "past", type: "window", columns: ["sold", "weekday.sin"], length: 28 },
        { name: "known", type: "window", columns: ["weekday.sin"], length: 0, ahead: 14 },
      ],
      targets: [{ name: "sold", type: "numeric", column: "sold", horizon: 14 }],
    },
    model: {
      layers: [
        { id: "gru", type: "GRU", hiddenSize: 8, from: ["past"] },
        { id: "out", type: "Linear", outFeatures: 14 },
      ],
      outputs: [{ target: "sold", from: "out" }],
    },
  });
}

it("a column that becomes an input of a series is seen in the past, and no longer where it is ignored", () => {
  const one = draft();
  setRole(one, column("visitors"), "input", columns);
  expect(one.data.inputs[0]).toMatchObject({ columns: ["sold", "visitors", "weekday.sin"] });
  setRole(one, column("visitors"), "ignore", columns);
  expect(seesPast(one, "visitors")).toBe(false);
});

it("another target of a series has the same horizon and its past stays seen; ignored, it is gone from both", () => {
  const one = draft();
  setRole(one, column("visitors"), "target", columns);
  expect(one.data.targets[1]).toMatchObject({ column: "visitors", horizon: 14 });
  expect(seesPast(one, "visitors")).toBe(true);
  setRole(one, column("sold"), "ignore", columns);
  expect(one.data.targets.map(({ name }) => name)).toEqual(["visitors"]);
  expect(seesPast(one, "sold")).toBe(false);
});

it("what is known in advance is shown for the steps ahead, and no longer where it is not", () => {
  const one = draft();
  setKnown(one, "holiday", true, all);
  expect([isKnown(one, "holiday"), seesFuture(one, "holiday")]).toEqual([true, true]);
  setKnown(one, "holiday", false, all);
  expect([isKnown(one, "holiday"), seesFuture(one, "holiday"), "known" in one.data.source]).toEqual([false, false, false]);
});

it("a horizon goes with the window ahead and the layer that answers", () => {
  const one = draft();
  setHorizon(one, 7);
  setLength(one, 21);
  followTargets(one);
  expect(reachOf(one)).toEqual({ past: 20, ahead: 7, length: 21, horizon: 7 });
  expect(one.model.layers[1]?.["outFeatures"]).toBe(7);
});
