import { dirname } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import { dataSchema } from "../../contract/data.js";
import type { ModelPlan, PresetChange } from "../../contract/model-views.js";
import { describeProblem, problemsOf } from "../../contract/problems.js";
import { projectFileOf } from "../../contract/project-file.js";
import type { ProjectDocument } from "../../contract/project-views.js";
import { picturesOf } from "../../features/index.js";
import type { TableFacts } from "../../training/network/plan-data.js";
import type { FolderAccess } from "../files/folder-access.js";
import type { ProjectData } from "../projects/project-data.js";
import type { Reader } from "../processes/reader.js";
import type { Tables } from "../data/tables.js";
import { templates } from "../templates/index.js";
import type { Proposal } from "../templates/template.js";

/**
 * So long, in milliseconds, a plan waits for a table that nobody has looked at, with the start of the process that reads it; the look continues, and the next
 * plan knows.
 */
const PATIENCE = 2000;

export interface ModelPlans {
  /** @throws LatheError `project.missing`, `rpc.refused`; `engine.failed` for a network that cannot be planned in time */
  plan(project: string, document: ProjectDocument): Promise<ModelPlan>;
  /** A preset for a document's inputs and targets. @throws LatheError `usage` where it does not suit them; `project.invalid` where there are none */
  preset(document: ProjectDocument, preset: string): PresetChange;
}

export function createModelPlans(access: FolderAccess, tables: Tables, reader: Reader): ModelPlans {
  return {
    async plan(project, document) {
      const file = await projectFileOf(await access.resolve(project, "the project"));
      const { facts, problem, late } = await factsOf(tables, { folder: dirname(file), file, document });
      const plan = await reader.ask("plan", { document, facts, folder: dirname(file) }, "the network");
      if (late === true) return { ...plan, withoutTable: true };
      return problem === undefined ? plan : { ...plan, problems: [{ path: "data.source", message: problem }, ...plan.problems] };
    },
    preset: (document, preset) => presetOf(document, preset),
  };
}

/** What of a document a preset changes, and what the preset is called. @throws as `ModelPlans.preset` */
export function presetOf(document: ProjectDocument, preset: string): PresetChange & { readonly title: string } {
  const template = templates.get(preset);
  const proposal = proposalOf(document);
  const { model, data, training } = template.create(proposal);
  const [before, after] = [picturesOf(proposal.inputs), picturesOf(data.inputs)];
  const pictures = after.flatMap(({ name, size, color, normalize }) => {
    const old = before.find((one) => one.name === name);
    const now = { name, size: [...size] as [number, number], color: color ?? "rgb", normalize: normalize ?? "none" };
    const was = old && { name, size: [...old.size], color: old.color, normalize: old.normalize };
    return JSON.stringify(now) === JSON.stringify(was) ? [] : [{ now, wasSize: old?.size }];
  });
  const groups = (training.groups ?? []).map((group) => ({ ...group, layers: [...group.layers] }));
  return {
    title: template.title,
    model,
    pictures: pictures.map(({ now }) => now),
    groups,
    told: [...pictures.map(({ now, wasSize }) => tellPicture(now, wasSize)), ...tellGroups(document, groups)],
  };
}

function tellPicture({ name, size, normalize }: PresetChange["pictures"][number], was: readonly number[] | undefined): string {
  const [height, width] = size;
  const pixels = `${height} × ${width}`;
  const isResized = size.some((side, axis) => side !== was?.[axis]);
  return typeof normalize === "string"
    ? `${name} is read from 0 to 1 again${isResized ? `, at ${pixels}` : `; it stays ${pixels}, and smaller ones train faster`}`
    : `${name} is read ${isResized ? `at ${pixels} and ` : ""}normalised as the pretrained network wants it`;
}

/** Groups name layers, and these are other ones by now. */
function tellGroups({ training }: ProjectDocument, groups: PresetChange["groups"]): readonly string[] {
  const old = typeof training === "object" && training !== null && "groups" in training && Array.isArray(training.groups) ? training.groups : [];
  if (groups.length > 0) return ["the pretrained layers stay as they are at first"];
  return old.length > 0 ? ["what was said of how the old layers learn is gone with them"] : [];
}

async function factsOf(tables: Tables, data: ProjectData): Promise<{ readonly facts?: TableFacts; readonly problem?: string; readonly late?: true }> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), PATIENCE)));
  try {
    const found = await Promise.race([tables.columnsOf(data), late]);
    return found ? { facts: { path: found.result.path, rows: found.result.rows, columns: found.facts } } : { late: true };
  } catch (thrown) {
    const error = toLatheError(thrown);
    // What is wrong with the document itself is told with the rest of it; a table whose process ended is opened anew by the next who asks.
    return error.code === "project.invalid" || error.code === "engine.crashed" ? {} : { problem: error.message };
  } finally {
    clearTimeout(timer);
  }
}

/** What a preset is made for; the document's model and training may be anything. */
function proposalOf({ data, name }: ProjectDocument): Proposal {
  const parsed = dataSchema.safeParse(data, { error: describeProblem, reportInput: true });
  if (parsed.success) return { name: typeof name === "string" ? name : "", ...parsed.data };
  const problems = problemsOf(parsed.error.issues, ["data"]);
  throw new LatheError(
    "project.invalid",
    `a preset is made for inputs and targets, which are not complete yet: ${problems.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
    { problems },
  );
}
