/** The least that is a project, as JSON: tests change one thing in it. */
export function minimalProject() {
  return {
    version: 1,
    name: "credit",
    data: {
      source: { type: "table", path: "credit.csv" },
      inputs: [{ name: "features", type: "numeric", columns: "rest" }],
      targets: [{ name: "good", type: "binary", column: "Good" }],
    },
    model: {
      layers: [
        { id: "fc1", type: "Linear", outFeatures: 16 },
        { id: "act1", type: "ELU" },
        { id: "out", type: "Linear", outFeatures: 1 },
      ],
      outputs: [{ target: "good", from: "out" }],
    },
    training: { epochs: 3 },
  };
}

/** Sets the value at a place such as `model.layers.0.type`, making objects on the way; undefined removes it. */
export function change(project: unknown, place: string, value: unknown): void {
  const keys = place.split(".");
  const last = keys.pop() ?? "";
  let at = project as Record<string, unknown>;
  for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
}
