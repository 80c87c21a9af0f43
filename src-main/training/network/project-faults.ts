import { LatheError } from "../../base/errors.js";
import type { WarningEvent } from "../../contract/events.js";
import type { NetworkFault } from "../../contract/model-views.js";
import type { Project } from "../../contract/project.js";
import { findFaults } from "./faults.js";
import { unfoldNetwork } from "./network.js";
import { planData } from "./plan-data.js";
import { askedTarget, placeOf } from "./plan-model.js";

/** What can be told of a project's network before its data are read. */
export function faultsBefore({ data, model, training }: Pick<Project, "data" | "model" | "training">): readonly NetworkFault[] {
  const { targets, vocabularies } = planData(data, undefined);
  const widths = new Map(targets.flatMap(({ name, width }) => (width === undefined ? [] : [[name, width] as const])));
  // What cannot be planned is refused once it is.
  const plan = unfoldNetwork(
    model,
    data.inputs.map(({ name }) => name),
    { widths, vocabularies },
    () => undefined,
    training.groups,
  );
  return findFaults({ plan, types: new Map(), vocabularies, targets: targets.map((target) => askedTarget(target, training)), batch: training.batchSize });
}

/** @throws LatheError `project.invalid` with a line for each fault that is an error, at its layer. */
export function refuseFaults(faults: readonly NetworkFault[], { model }: Pick<Project, "model">, file: string): void {
  const problems = faults.filter(({ severity }) => severity === "error").map(({ layer, message }) => ({ path: placeOf(layer, model), message }));
  if (problems.length === 0) return;
  throw new LatheError("project.invalid", problems.map(({ path, message }) => `${file}: ${path}: ${message}`).join("\n"), { file, problems });
}

/** A fault as a run tells it. */
export function faultWarning({ code, layer, message, mends }: NetworkFault): WarningEvent {
  return { event: "warning", code: `network-${code}`, layer, message: `${message}.`, advice: [], mends };
}
