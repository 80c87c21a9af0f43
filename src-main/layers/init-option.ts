import { z } from "zod";
import { closest } from "../base/closest.js";
import { initializers } from "./init/index.js";
import type { InitializerConfig } from "./layer.js";

/** Stands for what PyTorch does in this layer. */
const PYTORCH_DEFAULT = "pytorch_default";

const names = [PYTORCH_DEFAULT, ...initializers.types];

/** An initialisation as people write it: its name, or its name and options. */
export type InitOption = string | InitializerConfig;

const initOption: z.ZodType<InitOption> = z.union([z.enum(names), ...initializers.all.map((d) => d.config)], { error: ({ input }) => whatIsWrong(input) });

/**
 * The fields `init` and `initBias` of a layer with weights. Their values stay as the user wrote them; `initOf` reads them.
 * @param tensor what it starts, as in "the weight".
 */
export function initField(tensor: string): z.ZodDefault<z.ZodType<InitOption>> {
  return initOption.describe(`How ${tensor} starts: a name, or an object with type and options`).default(PYTORCH_DEFAULT);
}

/** The initialisation a parameter gets: the user's choice, or this layer's default in PyTorch. */
export function initOf(option: InitOption, pytorchDefault: InitializerConfig): InitializerConfig {
  if (option === PYTORCH_DEFAULT) return pytorchDefault;
  return typeof option === "string" ? { type: option } : option;
}

function whatIsWrong(input: unknown): string {
  const type = typeof input === "object" && input !== null && "type" in input ? input.type : input;
  if (typeof type !== "string") return `expected the name of an initialisation (${names.join(", ")}) or an object with its type, got ${JSON.stringify(input)}`;
  if (initializers.has(type)) {
    const issue = initializers.get(type).config.safeParse(input).error?.issues[0];
    if (issue) return `${[type, ...issue.path].join(".")}: ${issue.message}`;
  }
  const near = closest(type, names);
  return `there is no initialisation ${type}${near ? `; did you mean ${near}?` : `; expected one of ${names.join(", ")}`}`;
}
