import { setMaxListeners } from "node:events";
import { realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { LatheError, toLatheError } from "../../base/errors.js";
import { Lru } from "../../base/lru.js";
import { oneAtATime } from "../../base/one-at-a-time.js";
import { type ImageInputSpec, pictureOptions } from "../../contract/data.js";
import type {
  AugmentedAnswer,
  AugmentedQuestion,
  PictureOfProject,
  PictureView,
  SampleAnswer,
  SampleQuestion,
  ThumbnailsAnswer,
  ThumbnailsQuestion,
} from "../../contract/picture-views.js";
import type { PixelFormat, ViewOfPicture } from "../../datasets/index.js";
import { ABSOLUTE } from "../../datasets/pictures/formats.js";
import { readQuarantine, restoreFromQuarantine } from "../../datasets/pictures/quarantine.js";
import type { FolderAccess } from "../files/folder-access.js";
import { readProjectData, tableSourceOf } from "../projects/project-data.js";
import type { Reader } from "../processes/reader.js";
import type { Reading, Readings } from "../processes/reading.js";

/** Pictures of a project to look at, and single ones from elsewhere. Everything throws as `readProjectData` and `tableSourceOf`. */
export interface PictureViews {
  thumbnails(asked: { readonly project: string } & ThumbnailsQuestion, signal?: AbortSignal): Promise<ThumbnailsAnswer>;
  /** @throws LatheError `data.unreadable` for a picture that cannot be read, `rpc.refused`, `cancelled` */
  sample(asked: { readonly project: string } & SampleQuestion, signal?: AbortSignal): Promise<SampleAnswer>;
  /** @throws as `sample`; `usage` where the project has no such input; `project.invalid` for a transform that is wrong */
  augmented(asked: { readonly project: string } & AugmentedQuestion, signal?: AbortSignal): Promise<AugmentedAnswer>;
  /** Takes pictures off the list of bad ones, so that they are read again with the next look at the data. */
  tryAgain(asked: { readonly project: string; readonly pictures: readonly PictureOfProject[] }): Promise<void>;
  /** Any picture. @throws as `sample` */
  file(asked: { readonly path: string; readonly side: number }, signal?: AbortSignal): Promise<PictureView>;
}

/** Bytes of views kept. */
const MOST_KEPT = 48 << 20;

export function createPictureViews(access: FolderAccess, reader: Reader): PictureViews {
  const kept = new Lru<string, ViewOfPicture>(MOST_KEPT, ({ image }) => image.length);
  const alone = oneAtATime();

  /** A picture that ends the process takes along what is read beside it: each is read once more, and one at a time, so that it costs none but itself. */
  async function read<K extends Reading>(kind: K, question: Readings[K]["question"], path: string, signal?: AbortSignal): Promise<Readings[K]["answer"]> {
    try {
      return await reader.ask(kind, question, path, { signal });
    } catch (thrown) {
      if (toLatheError(thrown).code !== "engine.crashed") throw thrown;
      return alone(() => reader.ask(kind, question, path, { signal }));
    }
  }

  /** From memory where the file is still what it was. */
  async function view(path: string, side: number, background: string, signal?: AbortSignal): Promise<ViewOfPicture> {
    const mark = await stat(path).catch(() => undefined);
    const key = JSON.stringify([path, mark?.size, mark?.mtimeMs, side, background]);
    const known = kept.get(key);
    if (known) return known;
    const made = await read("view", { path, side, background }, path, signal);
    kept.set(key, made);
    return made;
  }

  async function open(
    project: string,
  ): Promise<{ readonly folder: string; readonly inputs: readonly ImageInputSpec[]; readonly find: (picture: PictureOfProject) => Promise<string> }> {
    const data = await readProjectData(access, project);
    const source = await tableSourceOf(access, data);
    const rootOf = (test: boolean) => {
      const path = resolve(data.folder, test ? (source.test ?? source.path) : source.path);
      return source.type === "image-folder" ? path : dirname(path);
    };
    return {
      folder: data.folder,
      inputs: imageInputs(data.document["data"]),
      async find({ picture, test }) {
        // Training does not look for it there either.
        if (source.type !== "image-folder" && isAbsolute(picture)) throw new LatheError("data.unreadable", ABSOLUTE, { path: picture });
        return access.resolve(resolve(rootOf(test), picture), "the picture");
      },
    };
  }

  return {
    async thumbnails({ project, pictures, side }, signal) {
      const { inputs, find } = await open(project);
      const background = inputs[0]?.background ?? "#ffffff";
      // Each picture is called off by the one signal of its page.
      if (signal) setMaxListeners(0, signal);
      const thumbnails = await Promise.all(
        pictures.map(async (picture) => {
          try {
            const { bytes: _bytes, ...shown } = await view(await find(picture), side, background, signal);
            return shown;
          } catch (thrown) {
            const error = toLatheError(thrown);
            // One that may not be shown keeps no other from being so.
            if (error.code === "cancelled") throw error;
            return { problem: error.code === "project.missing" ? "is not there any more" : error.message };
          }
        }),
      );
      return { thumbnails };
    },
    async sample({ project, side, ...picture }, signal) {
      const { inputs, find } = await open(project);
      const path = await find(picture);
      try {
        const [shown, seen] = await Promise.all([
          view(path, side, inputs[0]?.background ?? "#ffffff", signal),
          read("see", { path, formats: inputs.map(formatOf) }, path, signal),
        ]);
        return {
          ...shown,
          path,
          seen: seen.map(({ width, height, channels, data }, k) => ({ input: inputs[k]?.name ?? "", width, height, channels, pixels: Uint8Array.from(data) })),
        };
      } catch (thrown) {
        throw named(picture.picture, thrown);
      }
    },
    async augmented({ project, input: name, augment, draws, seed, ...picture }, signal) {
      const { inputs, find } = await open(project);
      const input = name === undefined ? inputs[0] : inputs.find((candidate) => candidate.name === name);
      if (!input)
        throw new LatheError("usage", name === undefined ? "the project has no input of pictures" : `the project has no input of pictures called "${name}"`, {
          project,
        });
      const path = await find(picture);
      try {
        const { width, height, channels, data } = await read(
          "draw",
          { path, format: formatOf(input), augment: augment ?? input.augment, draws, seed },
          path,
          signal,
        );
        return { input: input.name, draws, width, height, channels, pixels: Uint8Array.from(data) };
      } catch (thrown) {
        throw named(picture.picture, thrown);
      }
    },
    async tryAgain({ project, pictures }) {
      const { folder, find } = await open(project);
      const wanted = new Set(await Promise.all(pictures.map(find)));
      const listed = await readQuarantine(folder);
      const real = await Promise.all(listed.map(({ path }) => realpath(resolve(folder, path)).catch(() => resolve(folder, path))));
      await restoreFromQuarantine(
        folder,
        listed.flatMap(({ path }, k) => (wanted.has(real[k] ?? "") ? [path] : [])),
      );
    },
    async file({ path, side }, signal) {
      const found = await access.resolve(path, "the picture");
      const { bytes: _bytes, ...shown } = await view(found, side, "#ffffff", signal).catch((thrown: unknown) => {
        throw named(path, thrown);
      });
      return shown;
    },
  };
}

function formatOf({ size: [height, width], color, background }: ImageInputSpec): PixelFormat {
  return { width, height, color, background };
}

/** Of a document that may be wrong elsewhere. */
function imageInputs(data: unknown): readonly ImageInputSpec[] {
  const parsed = z.object({ inputs: z.array(z.unknown()) }).safeParse(data);
  return parsed.success ? parsed.data.inputs.flatMap((input) => pictureOptions.safeParse(input).data ?? []) : [];
}

/** What is wrong with a picture is told after its name. */
function named(picture: string, thrown: unknown): LatheError {
  const error = toLatheError(thrown);
  return error.code === "data.unreadable" ? new LatheError(error.code, `${picture} ${error.message}`, error.details, { cause: error }) : error;
}
