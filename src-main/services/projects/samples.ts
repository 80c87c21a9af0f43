import { cp, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../base/entries.js";
import { LatheError } from "../../base/errors.js";
import { makeFoldersSoon } from "../../base/make-folders.js";
import { storageError } from "../../base/storage-error.js";
import { type SampleSummary, sampleSummary } from "../../contract/project-views.js";
import { seriesWish } from "../../contract/series-views.js";
import { createProject } from "./create-project.js";
import { freeFolder } from "./propose-project.js";
import type { DataSurvey } from "../data/survey.js";

/** `sample.json` beside the data of a bundled sample: a file, or a folder of pictures. */
const sampleFile = z.strictObject({
  ...sampleSummary.omit({ sample: true }).shape,
  file: z.string(),
  test: z.string().optional(),
  /** Omitted: what suits the data. */
  template: z.string().optional(),
  /** What is to be predicted, where that is more than `target` by itself. */
  targets: z.array(z.string()).optional(),
  /** Of a folder of pictures: its columns, and the one whose groups stay together. */
  levels: z.array(z.string()).optional(),
  names: z.string().optional(),
  splitBy: z.string().optional(),
  series: seriesWish.optional(),
});

const folder = () => join(packageRoot, "resources", "samples");

/** Real data that comes with Lathe, to try it on. */
export async function listSamples(): Promise<SampleSummary[]> {
  const names = await readdir(folder());
  return Promise.all(
    names.sort().map(async (sample) => {
      const { title, summary, kind, rows, columns, target } = await readSample(sample);
      return { sample, title, summary, kind, rows, columns, target };
    }),
  );
}

/**
 * A project of the user's own with a copy of the data in it, so that nothing done to it touches the sample.
 * @param projects where new projects are made.
 * @throws LatheError `usage` where there is no such sample; `run.storage`
 */
export async function projectFromSample(
  sample: string,
  projects: string,
  survey: DataSurvey,
): Promise<{ readonly folder: string; readonly notes: readonly string[] }> {
  if (!(await readdir(folder())).includes(sample)) throw new LatheError("usage", `there is no sample ${JSON.stringify(sample)}`);
  const { title, file, test, target, targets = [target], template, levels, names, splitBy, series } = await readSample(sample);
  const home = freeFolder(projects, title);
  try {
    await makeFoldersSoon(home);
    for (const name of test === undefined ? [file] : [file, test]) await cp(join(folder(), sample, name), join(home, name), { recursive: true });
  } catch (thrown) {
    throw storageError(home, thrown, "No project was made");
  }
  try {
    const { notes, told = [] } = await createProject({
      ...survey,
      folder: home,
      name: title,
      ...(template === undefined ? {} : { template }),
      data: join(home, file),
      ...(test === undefined ? {} : { test: join(home, test) }),
      targets,
      ...(levels === undefined ? {} : { levels }),
      names,
      splitBy,
      ...(series === undefined ? {} : { series }),
    });
    // What was found in a series stands on its Data screen.
    return { folder: home, notes: notes.filter((note) => !told.includes(note)) };
  } catch (thrown) {
    await rm(home, { recursive: true, force: true }).catch(() => undefined);
    throw thrown;
  }
}

async function readSample(sample: string): Promise<z.infer<typeof sampleFile>> {
  return sampleFile.parse(JSON.parse(await readFile(join(folder(), sample, "sample.json"), "utf8")));
}
