import { defineStore } from "pinia";
import { onScopeDispose, shallowReactive } from "vue";
import { toLatheError } from "../../src-main/base/errors.js";
import { useStudio } from "../rpc/studio.js";

/** A picture of the open project's data. */
export interface PictureAt {
  /** As the column of paths has it. */
  readonly picture: string;
  /** In the folder for the test. */
  readonly test: boolean;
}

/** The address of a small picture in memory, or why there is none. */
export type Thumbnail =
  | { readonly url: string; readonly width: number; readonly height: number; readonly problem?: undefined }
  | { readonly url?: undefined; readonly problem: string };

/** Pixels of the longer side; pictures asked for at once; questions under way; pictures kept. */
const side = 224;
const batch = 24;
const most = 2;
const kept = 1500;

/** Small pictures as they come into view. What has left it before its turn is no longer asked for. */
export const useThumbnails = defineStore("thumbnails", () => {
  const studio = useStudio();
  const found = shallowReactive(new Map<string, Thumbnail>());
  const asked = new Map<AbortController, readonly string[]>();
  let project: string | undefined;
  let wanted: readonly PictureAt[] = [];
  const keyOf = ({ picture, test }: PictureAt) => `${test ? "test" : "main"}\n${picture}`;

  function forget(): void {
    for (const abort of asked.keys()) abort.abort();
    asked.clear();
    for (const { url } of found.values()) if (url !== undefined) URL.revokeObjectURL(url);
    found.clear();
  }

  function next(): void {
    if (project === undefined || asked.size >= most) return;
    const under = new Set([...asked.values()].flat());
    const missing = wanted.filter((at) => !found.has(keyOf(at)) && !under.has(keyOf(at))).slice(0, batch);
    if (missing.length > 0) void ask(project, missing);
  }

  async function ask(of: string, pictures: readonly PictureAt[]): Promise<void> {
    const abort = new AbortController();
    asked.set(abort, pictures.map(keyOf));
    // The next question is under way while this one is answered.
    next();
    try {
      // What is shown may know more of a picture, such as its column.
      const question = { project: of, pictures: pictures.map(({ picture, test }) => ({ picture, test })), side };
      const { thumbnails } = await studio.procedures.pictures.thumbnails(question, { signal: abort.signal });
      if (of !== project || abort.signal.aborted) return;
      pictures.forEach((at, i) => {
        const answer = thumbnails[i];
        if (answer)
          found.set(
            keyOf(at),
            "problem" in answer
              ? answer
              : { url: URL.createObjectURL(new Blob([answer.image], { type: "image/webp" })), width: answer.width, height: answer.height },
          );
      });
      drop();
    } catch (thrown) {
      const { code, message } = toLatheError(thrown);
      if (code !== "cancelled" && code !== "rpc.closed" && of === project) for (const at of pictures) found.set(keyOf(at), { problem: message });
    } finally {
      asked.delete(abort);
      if (!abort.signal.aborted) next();
    }
  }

  /** Those that came first go first, unless they are in view. */
  function drop(): void {
    const seen = new Set(wanted.map(keyOf));
    for (const [key, { url }] of found) {
      if (found.size <= kept) return;
      if (seen.has(key)) continue;
      if (url !== undefined) URL.revokeObjectURL(url);
      found.delete(key);
    }
  }

  const registration = studio.onState((state) => {
    if (state === "connected") next();
  });
  onScopeDispose(() => {
    registration.dispose();
    forget();
  });
  return {
    of: (at: PictureAt): Thumbnail | undefined => found.get(keyOf(at)),
    /** What is in view now. */
    want(of: string | undefined, pictures: readonly PictureAt[]): void {
      if (of !== project) forget();
      project = of;
      wanted = pictures;
      const seen = new Set(pictures.map(keyOf));
      for (const [abort, keys] of asked) {
        if (keys.some((key) => seen.has(key))) continue;
        asked.delete(abort);
        abort.abort();
      }
      next();
    },
    /** The files may have changed. */
    refresh(): void {
      forget();
      next();
    },
  };
});
