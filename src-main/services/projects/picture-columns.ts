import { type InputDraft } from "../../contract/data.js";
import type { LookAtPicture } from "../../datasets/index.js";
import { type PictureProposal, proposePictureColumn, tellSize } from "../../datasets/pictures/propose-pictures.js";
import type { ProposedRoles, TableSurvey } from "../../datasets/propose.js";
import { kindOf, picturesOf } from "../../features/index.js";

type Roles = Pick<ProposedRoles, "inputs" | "targets" | "notes" | "byColumn">;

/** The template that a table or a folder of pictures begins with, unless another is asked for. */
function templateFor({ inputs, targets }: Pick<Roles, "inputs" | "targets">): string {
  const { length } = inputs.filter((input) => kindOf(input).reads === "pictures");
  if (length === 0) return "tabular";
  if (length > 1) return "two-input";
  return targets.length > 1 ? "two-output" : FROM_SCRATCH;
}

/** Fewer pictures are too few to learn to see from: who has them begins with a network that can. */
const ENOUGH = 3000;
/** Kinds of target that tell things apart, as pretrained networks have learnt to. */
const TOLD_APART: ReadonlySet<string> = new Set(["binary", "category", "labels"]);
const [FROM_SCRATCH, PRETRAINED] = ["images", "efficientnet-lite0"] as const;

interface Chosen {
  readonly template: string;
  /** In a sentence, where that is not plain. */
  readonly why: readonly string[];
}

/** The same of a folder of pictures, whose other columns each have a branch of their own. */
export function templateForFolder(found: Pick<PictureProposal, "inputs" | "targets" | "pictures">): Chosen {
  const { inputs, targets, pictures } = found;
  return inputs.length > 1 ? { template: targets.length === 1 ? "two-input" : templateFor(found), why: [] } : begun(templateFor(found), found, pictures);
}

/** The same of a table, in which columns may stand beside the pictures. */
export function templateForTable(roles: Pick<Roles, "inputs" | "targets">, rows: number): Chosen {
  return begun(templateFor(roles), roles, rows);
}

/** Few pictures in colour begin from a pretrained network; gray ones are signs and letters more often than what photographs show. */
function begun(template: string, { inputs, targets }: Pick<Roles, "inputs" | "targets">, pictures: number): Chosen {
  const isSmall = template === FROM_SCRATCH && pictures < ENOUGH && targets.every(({ type }) => TOLD_APART.has(type));
  if (!isSmall || picturesOf(inputs)[0]?.color === "gray") return { template, why: [] };
  const why =
    `the network begins from a pretrained one, EfficientNet-Lite0, because ${pictures.toLocaleString("en")} pictures are few to learn from alone; ` +
    `the template ${FROM_SCRATCH} begins from scratch`;
  return { template: PRETRAINED, why: [why] };
}

/** How a project reads the pictures of a folder: a template may read them larger than is proposed. */
export function picturesAsRead(found: Pick<PictureProposal, "inputs" | "alike">, inputs: readonly InputDraft[]) {
  const [[picture], [proposed]] = [picturesOf(inputs), picturesOf(found.inputs)];
  const isResized = picture && (!found.alike || picture.size.some((side, axis) => side !== proposed?.size[axis]));
  return { picture, notes: isResized ? [tellSize(picture.size)] : [] };
}

/** The same of a table's columns, in a sentence each. @param proposed as `withPictureColumns` has them. @param made as the template has them */
export function tellSizesRead(proposed: readonly InputDraft[], made: readonly InputDraft[]): readonly string[] {
  return picturesOf(made).flatMap(({ name, size: [height, width] }) => {
    const old = picturesOf(proposed).find((one) => one.name === name);
    return !old || (old.size[0] === height && old.size[1] === width) ? [] : [`the network reads the pictures of ${name} at ${height} × ${width}`];
  });
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
