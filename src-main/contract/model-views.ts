import { z } from "zod";

/** What the Model and Train screens know of layers, losses and the rest, and of the network at hand. */

/** An entry of a registry with the JSON Schema of its own options, from which a form is made. */
export const catalogueEntry = z.strictObject({
  type: z.string(),
  summary: z.string(),
  /** Heading under which the palette shows it. */
  group: z.string(),
  /** Of layers that have parameters, and those that have running statistics. */
  weights: z.literal(true).optional(),
  statistics: z.literal(true).optional(),
  /** False: a layer that only an import makes. */
  offered: z.literal(false).optional(),
  /** Least and most inputs; layers only. */
  arity: z.tuple([z.number(), z.number().nullable()]).optional(),
  /** Why it may change what a picture means; transforms only. */
  caution: z.string().optional(),
  /** Kinds of target it suits; losses only. */
  targets: z.array(z.string()).optional(),
  /** `{ type: "object", properties: { outFeatures: { description, default, anyOf, … } }, required }`, draft 2020-12. */
  schema: z.record(z.string(), z.unknown()),
});
export type CatalogueEntry = z.infer<typeof catalogueEntry>;

export const catalogue = z.strictObject({
  layers: z.array(catalogueEntry),
  losses: z.array(catalogueEntry),
  optimizers: z.array(catalogueEntry),
  schedules: z.array(catalogueEntry),
  initializers: z.array(catalogueEntry),
  /** Ways to make one loss of several targets' losses, as the project file names them. */
  combine: z.array(z.string()),
  /** Changes of training pictures. */
  transforms: z.array(catalogueEntry),
  /** How sources of data are read, where a form can say it: of a series. */
  sources: z.array(catalogueEntry),
  presets: z.array(
    z.strictObject({
      type: z.string(),
      title: z.string(),
      summary: z.string(),
      /** `pictures` or `series`; absent: rows of a table. */ reads: z.string().optional(),
    }),
  ),
});
export type Catalogue = z.infer<typeof catalogue>;

/** A change of the project that mends a fault of its network. */
export const mendSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("remove"), layer: z.string() }),
  /** Makes it a layer of another type. */
  z.strictObject({ do: z.literal("type"), layer: z.string(), type: z.string() }),
  /** Adds a layer after it. */
  z.strictObject({ do: z.literal("add"), layer: z.string(), type: z.string() }),
  z.strictObject({ do: z.literal("option"), layer: z.string(), option: z.string(), value: z.union([z.string(), z.number()]) }),
  z.strictObject({ do: z.literal("loss"), target: z.string(), loss: z.string() }),
  z.strictObject({ do: z.literal("normalize"), target: z.string(), normalize: z.enum(["standard", "minmax", "none"]) }),
  z.strictObject({ do: z.literal("batch"), size: z.number() }),
]);
export type Mend = z.infer<typeof mendSchema>;

/**
 * Why a network whose parts fit together cannot learn what its target asks: an error where that can never be right, a warning where someone may mean it.
 * `code` is for programs.
 */
export const networkFault = z.strictObject({
  severity: z.enum(["error", "warning"]),
  code: z.enum(["constant", "no-weights", "one-row", "limited", "wrong-input", "twice", "at-end", "tokens", "unread", "width", "pretrained"]),
  layer: z.string(),
  message: z.string(),
  mends: z.array(mendSchema).readonly(),
});
export type NetworkFault = z.infer<typeof networkFault>;

export const planProblem = z.strictObject({
  path: z.string(),
  message: z.string(),
  layer: z.string().optional(),
  /** Of a fault; without one it is an error, as all that cannot be planned. */
  fault: networkFault.omit({ layer: true, message: true }).optional(),
});
export type PlanProblem = z.infer<typeof planProblem>;

export const plannedLayer = z.strictObject({
  id: z.string(),
  /** Axis names and sizes of its output, batch first: `["N", 16]`; absent where it cannot be told. */
  shape: z.array(z.union([z.string(), z.number()])).optional(),
  parameters: z.number(),
  /** Multiplications for one sample, forward; absent where it cannot be told. */
  multiplyAdds: z.number().optional(),
  problem: z.string().optional(),
  /** Something that somebody may mean. */
  warning: z.string().optional(),
});
export type PlannedLayer = z.infer<typeof plannedLayer>;

/** A network looked at without training it. What is wrong stands at its layer; the rest is planned as far as it goes. */
export const modelPlan = z.strictObject({
  /** Planned before the table was read, which takes long: what only its values tell is missing. */
  withoutTable: z.literal(true).optional(),
  inputs: z.array(z.strictObject({ name: z.string(), shape: z.array(z.union([z.string(), z.number()])).optional(), description: z.string() })),
  layers: z.array(plannedLayer),
  outputs: z.array(z.strictObject({ target: z.string(), from: z.string(), width: z.number().optional(), description: z.string() })),
  parameters: z.number(),
  multiplyAdds: z.number(),
  /** Of the whole project file, each at its place; `layer` where it belongs to one. */
  problems: z.array(planProblem),
  /** The same network as a PyTorch module; absent while there is none. */
  pytorch: z.string().optional(),
  /** Why a network that is whole has none, as a sentence. */
  withoutPytorch: z.string().optional(),
});
export type ModelPlan = z.infer<typeof modelPlan>;

/** What of a project a preset changes: the network, made for its inputs and targets; how its pictures are read; what learns otherwise. */
export const presetChange = z.object({
  model: z.record(z.string(), z.unknown()),
  /** Inputs that are read otherwise from now on. */
  pictures: z.array(
    z.object({
      name: z.string(),
      size: z.tuple([z.number(), z.number()]),
      color: z.enum(["rgb", "gray"]),
      normalize: z.union([z.string(), z.object({ mean: z.array(z.number()), deviation: z.array(z.number()) })]),
    }),
  ),
  groups: z.array(z.object({ layers: z.array(z.string()), frozen: z.boolean().optional(), lr: z.number().optional(), weightDecay: z.number().optional() })),
  /** What of that somebody should know, in sentences. */
  told: z.array(z.string()),
});
export type PresetChange = z.infer<typeof presetChange>;
