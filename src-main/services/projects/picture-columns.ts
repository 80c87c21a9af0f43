import { type InputDraft } from "../../contract/data.js";
import type { LookAtPicture } from "../../datasets/index.js";
import { type PictureProposal, proposePictureColumn, tellSize } from "../../datasets/pictures/propose-pictures.js";
import type { ProposedRoles, TableSurvey } from "../../datasets/propose.js";
import { kindOf, picturesOf } from "../../features/index.js";

type Roles = Pick<ProposedRoles, "inputs" | "targets" | "notes" | "byColumn">;

/** The template that a table or a folder of pictures begins with, unless another is asked for. */
export function templateFor({ inputs, targets }: Pick<Roles, "inputs" | "targets">): string {
  const { length } = inputs.filter((input) => kindOf(input).reads === "pictures");
  if (length === 0) return "tabular";
  if (length > 1) return "two-input";
  return targets.length > 1 ? "two-output" : FROM_SCRATCH;
}

/** Fewer pictures are too few to learn to see from: who has them begins with a network that can. */
const ENOUGH = 3000;
/** Kinds of target that tell things apart, as pretrained networks have learnt to. */
const TOLD_APART: ReadonlySet<string> = new Set(["binary", "category", "labels"]);

/**
 * The same of a folder of pictures, whose other columns each have a branch of their own. Few pictures in colour begin from a pretrained network; gray ones are
 * signs and letters more often than what photographs show.
 * @returns the template, and in a sentence why, where that is not plain
 */
export function templateForFolder(found: Pick<PictureProposal, "inputs" | "targets" | "pictures">): {
  readonly template: string;
  readonly why: readonly string[];
} {
  const { inputs, targets, pictures } = found;
  const template = inputs.length > 1 && targets.length === 1 ? "two-input" : templateFor(found);
  const isSmall = template === FROM_SCRATCH && pictures < ENOUGH && targets.every(({ type }) => TOLD_APART.has(type));
  if (!isSmall || inputs.length > 1 || picturesOf(inputs)[0]?.color === "gray") return { template, why: [] };
  const why =
    `the network begins from a pretrained one, EfficientNet-Lite0, because ${pictures.toLocaleString("en")} pictures are few to learn from alone; ` +
    `the template ${FROM_SCRATCH} begins from scratch`;
  return { template: PRETRAINED, why: [why] };
}

const [FROM_SCRATCH, PRETRAINED] = ["images", "efficientnet-lite0"] as const;

/** How a project reads the pictures of a folder: a template may read them larger than is proposed. */
export function picturesAsRead(found: Pick<PictureProposal, "inputs" | "alike">, inputs: readonly InputDraft[]) {
  const [[picture], [proposed]] = [picturesOf(inputs), picturesOf(found.inputs)];
  const isResized = picture && (!found.alike || picture.size.some((side, axis) => side !== proposed?.size[axis]));
  return { picture, notes: isResized ? [tellSize(picture.size)] : [] };
}

/** Inputs of a table's columns of pictures as those of a folder are proposed: of the size and in the colours that the pictures have. */
export async function withPictureColumns(roles: Roles, survey: TableSurvey, look: LookAtPicture, signal?: AbortSignal): Promise<Roles> {
  const pictures = picturesOf(roles.inputs);
  if (pictures.length === 0) return roles;
  const labels = survey.columns.flatMap((column) =>
    roles.targets.some((target) => "column" in target && target.column === column.name) ? column.examples : [],
  );
  const proposed = new Map<InputDraft, InputDraft>();
  const byColumn = new Map(roles.byColumn);
  const notes: string[] = [];
  for (const input of pictures) {
    const column = survey.columns.find(({ name }) => name === input.column);
    if (!column?.pictures) continue;
    const found = await proposePictureColumn({ ...column.pictures, column: column.name, labels, look, ...(signal ? { signal } : {}) });
    proposed.set(input, { ...found.input, name: input.name });
    notes.push(...found.notes);
    byColumn.set(column.name, [...(byColumn.get(column.name) ?? []), ...found.notes]);
  }
  return { ...roles, inputs: roles.inputs.map((input) => proposed.get(input) ?? input), notes: [...roles.notes, ...notes], byColumn };
}
