import { LatheError } from "../../base/errors.js";
import { type ProposedRoles, namer } from "../../datasets/propose.js";

/** Columns of yes or no that are predicted together, and what the target is called. */
export interface LabelGroup {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Roles with targets of yes or no put together into targets of labels. @throws LatheError `data.target` where one of them is something else */
export function groupLabels<R extends Pick<ProposedRoles, "targets">>(roles: R, groups: readonly LabelGroup[]): R {
  let { targets } = roles;
  for (const { name: wanted, columns } of groups) {
    const name = namer()(wanted);
    const members = targets.filter((target) => columns.some((column) => "column" in target && target.column === column));
    const other = members.find(({ type }) => type !== "binary");
    if (other)
      throw new LatheError(
        "data.target",
        `labels ${wanted}: column "${columns[members.indexOf(other)] ?? other.name}" is a ${other.type}, expected yes or no`,
        { column: other.name },
      );
    const [first] = members;
    targets = targets.flatMap((target) =>
      target === first ? [{ name, type: "labels" as const, columns: [...columns] }] : members.includes(target) ? [] : [target],
    );
  }
  return { ...roles, targets };
}
