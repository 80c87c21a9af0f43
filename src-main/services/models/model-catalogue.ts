import { z } from "zod";
import { seriesSource } from "../../contract/data.js";
import type { Catalogue, CatalogueEntry } from "../../contract/model-views.js";
import { trainingSchema } from "../../contract/training.js";
import { layers } from "../../layers/index.js";
import { holdings } from "../../layers/holdings.js";
import { IMPORTED_GROUP } from "../../layers/layer.js";
import { initializers } from "../../layers/init/index.js";
import { losses } from "../../losses/index.js";
import type { TargetKind } from "../../losses/loss.js";
import { optimizers } from "../../optimizers/index.js";
import { schedules } from "../../optimizers/schedules/index.js";
import { transforms } from "../../transforms/index.js";
import { templates } from "../templates/index.js";

const LOSS_GROUPS: Readonly<Record<TargetKind, string>> = {
  category: "One of several classes",
  binary: "Yes or no",
  numeric: "Numbers",
  embedding: "Embeddings",
  labels: "Several labels",
};

/** What a form says of a series; the rest is said elsewhere. */
const FORM = { step: true, gaps: true, combine: true, zone: true, calendar: true, season: true, stride: true } as const;

let made: Catalogue | undefined;

/** Everything a model and its training can be made of, each with the schema of its options. */
export function modelCatalogue(): Catalogue {
  return (made ??= {
    layers: layers.all.map((layer) => {
      const [least, most] = layer.arity ?? [1, 1];
      return {
        ...entryOf(layer, layer.group),
        arity: [least, most === Infinity ? null : most],
        ...(holdings.weights(layer.type) ? { weights: true as const } : {}),
        ...(holdings.statistics(layer.type) ? { statistics: true as const } : {}),
        ...(layer.group === IMPORTED_GROUP ? { offered: false as const } : {}),
      };
    }),
    losses: losses.all.map((loss) => ({ ...entryOf(loss, LOSS_GROUPS[loss.targets[0] ?? "numeric"]), targets: [...loss.targets] })),
    optimizers: optimizers.all.map((optimizer) => entryOf(optimizer, "Optimizer")),
    schedules: schedules.all.map((schedule) => entryOf(schedule, "Learning rate")),
    initializers: initializers.all.map((initializer) => entryOf(initializer, "Initialisation")),
    combine: [...trainingSchema.shape.combine.unwrap().options],
    transforms: transforms.all.map((transform) => ({
      ...entryOf(transform, "Transform"),
      ...(transform.caution === undefined ? {} : { caution: transform.caution }),
    })),
    sources: [entryOf({ type: "series", summary: "Rows in time order", config: seriesSource.pick(FORM) }, "Source")],
    presets: templates.all.map(({ type, title, summary, reads }) => ({ type, title, summary, ...(reads === undefined ? {} : { reads }) })),
  });
}

interface Described {
  readonly type: string;
  readonly summary: string;
  readonly config: z.ZodType;
}

/** The type stands in the entry itself; its options are the rest. */
function entryOf({ type, summary, config }: Described, group: string): CatalogueEntry {
  const schema = z.toJSONSchema(config, { io: "input" });
  const { type: _type, ...properties } = schema.properties ?? {};
  const required = schema.required?.filter((name) => name !== "type") ?? [];
  return { type, summary, group, schema: { ...schema, properties, required } };
}
