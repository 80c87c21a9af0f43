import { defined } from "../base/assert.js";
import { LatheError } from "../base/errors.js";
import { createRegistry } from "../base/registry.js";
import type { ExportOptions, Exporter } from "./exporter.js";
export type { ExportOption, ExportOptions, ExportSource, Exporter, Made, PlainTable, TrainedNetwork } from "./exporter.js";
import { onnx } from "./onnx.js";
import { pytorch } from "./pytorch.js";
import { report } from "./report.js";

/** Every format a run can be taken away in. */
export const exporters = createRegistry<Exporter>("export format", [onnx, pytorch, report], "export.format");

/** One of its values for every option of a format. @throws LatheError `usage` */
export function chosenOptions({ type, options }: Exporter, wanted: ExportOptions): ExportOptions {
  const stranger = Object.keys(wanted).find((name) => !options.some((option) => option.name === name));
  if (stranger !== undefined) {
    const having = exporters.all.filter((other) => other.options.some(({ name }) => name === stranger)).map((other) => other.type);
    throw new LatheError(
      "usage",
      `--${stranger} is ${having.length > 0 ? `for the format ${having.join(" or ")}; ${type} has no such option` : "no option of any format"}`,
    );
  }
  return Object.fromEntries(
    options.map(({ name, choices }) => {
      const value = wanted[name] ?? defined(choices[0], name).value;
      if (!choices.some((choice) => choice.value === value))
        throw new LatheError("usage", `--${name} is ${value}, expected ${choices.map((choice) => choice.value).join(" or ")}`);
      return [name, value];
    }),
  );
}
