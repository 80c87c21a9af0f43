import { z } from "zod";
import { LatheError } from "../base/errors.js";
import { own } from "../base/own.js";
import { losses } from "../losses/index.js";
import type { TargetKind } from "../losses/loss.js";
import { checkProject } from "./check-project.js";
import { type TargetSpec, dataSchema } from "./data.js";
import { MOST_BLOCKS, MOST_TARGETS } from "../base/limits.js";
import { modelSchema } from "./model.js";
import { describeProblem, problemsOf } from "./problems.js";
import { defaultLosses } from "./default-losses.js";
import { type LossSpec, trainingSchema } from "./training.js";

/** The version of the project file that this Lathe writes, and the newest that it reads. */
export const PROJECT_VERSION = 1;

/** A project file: what it says about data, model and training. Parsing completes it with every default. */
export const projectSchema = z
  .strictObject({
    $schema: z.string().optional().describe("Where an editor finds the schema of this file"),
    version: z.literal(PROJECT_VERSION),
    name: z.string().min(1),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(42)
      .describe("The same project with the same seed gives the same model"),
    data: dataSchema,
    model: modelSchema,
    training: trainingSchema,
  })
  .superRefine((project, context) => {
    // What is wrong by itself is said first: a missing name makes everything that refers to it look wrong too.
    if (context.issues.length > 0) return;
    checkProject(project, (path, message) => context.addIssue({ code: "custom", path: [...path], message }));
  })
  .transform((project) => ({ ...project, training: { ...project.training, losses: allLosses(project.data.targets, project.training.losses) } }));

/** A complete, checked project. */
export type Project = z.infer<typeof projectSchema>;

/** What a project file may omit is omitted. */
export type ProjectInput = z.input<typeof projectSchema>;

/**
 * A checked project with all defaults, from what a file or a form holds.
 * @param file how a message names the file.
 * @throws LatheError `project.invalid` with a line for each problem, `project.newer`
 */
export function parseProject(value: unknown, file = "project.json"): Project {
  if (typeof value === "object" && value !== null && "version" in value && typeof value.version === "number" && value.version > PROJECT_VERSION) {
    throw new LatheError(
      "project.newer",
      `${file}: version: got ${value.version}, expected ${PROJECT_VERSION}; a newer Lathe made this project: update Lathe to open it`,
      { file },
    );
  }
  refuseCrowds(value, file);
  const result = projectSchema.safeParse(value, { error: describeProblem, reportInput: true });
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues);
  throw new LatheError("project.invalid", problems.map((p) => `${file}: ${p.path}${p.path === "" ? "" : ": "}${p.message}`).join("\n"), { file, problems });
}

/** Each entry of a list has its own explanation, and a list beyond its bound is not looked into; of what goes by name, that has to be seen to first. */
function refuseCrowds(value: unknown, file: string): void {
  for (const [section, name, most] of [
    ["training", "losses", MOST_TARGETS],
    ["model", "blocks", MOST_BLOCKS],
  ] as const) {
    const entries = entriesOf(entriesOf(value)[section])[name];
    const count = Object.keys(entriesOf(entries)).length;
    if (count <= most) continue;
    const problem = { path: `${section}.${name}`, message: `got ${count} entries, expected at most ${most}` };
    throw new LatheError("project.invalid", `${file}: ${problem.path}: ${problem.message}`, { file, problems: [problem] });
  }
}

function entriesOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function allLosses(targets: readonly TargetSpec[], given: Readonly<Record<string, LossSpec>>): Record<string, LossSpec> {
  return Object.fromEntries(targets.map((target) => [target.name, own(given, target.name) ?? defaultLoss(target.type)]));
}

function defaultLoss(kind: TargetKind): LossSpec {
  const { type, config } = losses.get(defaultLosses[kind]);
  const options = config.parse({});
  return { ...(typeof options === "object" ? options : {}), type, weight: 1 };
}
