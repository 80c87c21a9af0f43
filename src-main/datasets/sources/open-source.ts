import { resolve } from "node:path";
import type { SourceSpec } from "../../contract/data.js";
import { stillBad } from "../pictures/quarantine.js";
import { csvOptions } from "./csv.js";
import type { Database } from "./database.js";
import { openImageFolder } from "./image-folder.js";
import { type Source, besideTraining, readBefore, withMissing } from "./source.js";
import { openTable } from "./table.js";

/** The sources of a project's data section: the main one, and that of the test where it has one of its own. */
export interface Sources {
  readonly source: Source;
  readonly testSource: Source | undefined;
}

/** @param folder the project's. @throws LatheError `data.*`, `cancelled` */
export async function openSources(database: Database, folder: string, spec: SourceSpec, signal?: AbortSignal): Promise<Sources> {
  const source = await openMain(database, folder, spec, signal);
  return { source, testSource: await openTest(database, folder, spec, source, signal) };
}

/** The same as they were read before texts had one spelling. */
export function sourcesBefore({ source, testSource }: Sources): Sources {
  return { source: readBefore(source), testSource: testSource && readBefore(testSource) };
}

/** The main source alone. */
export async function openMain(database: Database, folder: string, spec: SourceSpec, signal?: AbortSignal): Promise<Source> {
  if (spec.type === "table") return withMissing(await openTable(database, folder, spec.path, csvOptions(spec)), spec.missing);
  const { levels, exclude, relabel } = spec;
  return openImageFolder(database, resolve(folder, spec.path), { levels, exclude, relabel, bad: await stillBad(folder), signal });
}

/** The test's own source; undefined where it has none. */
export async function openTest(database: Database, folder: string, spec: SourceSpec, main: Source, signal?: AbortSignal): Promise<Source | undefined> {
  if (spec.test === undefined) return undefined;
  if (spec.type === "table") {
    return besideTraining(withMissing(await openTable(database, folder, spec.test, { ...csvOptions(spec), likely: main.decimal }), spec.missing));
  }
  const { levels, testExclude, testRelabel } = spec;
  return openImageFolder(database, resolve(folder, spec.test), { levels, exclude: testExclude, relabel: testRelabel, bad: await stillBad(folder), signal });
}
