import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { train } from "../../../src-main/training/train.js";
import type { Kind } from "../kind.js";
import { mutateBytes, mutateJson, mutateJsonLines, pick } from "../mutate.js";
import { openStudio } from "../studio.js";
import { atWork } from "../work.js";

/** What Lathe keeps of a project in `.lathe`, and its list of bad pictures: read by the next run and the next look. */
export const cacheFiles: Kind = {
  name: "cache-files",
  quick: 6,
  bound: 60,
  memory: 1500,
  async open(place) {
    const studio = openStudio(place);
    const pristine = [place.table, place.pictures].map((project) => ({
      project,
      files: readdirSync(join(project, ".lathe"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(project.length + 1)),
    }));
    return {
      async feed(random, judge) {
        const { project: original, files } = pick(random, pristine);
        const project = join(place.root, "spoilt");
        cpSync(original, project, { recursive: true });
        const name = pick(random, [...files, "quarantine.json", join(".lathe", "engine-choices.json")]);
        const path = join(project, name);
        mkdirSync(dirname(path), { recursive: true });
        const bytes = existsSync(path)
          ? readFileSync(path)
          : Buffer.from(JSON.stringify({ version: 1, pictures: [{ path: "red/red-0.bmp", reason: "is damaged", size: 1, modified: 1 }] }));
        const isJson = name.endsWith(".json");
        writeFileSync(
          path,
          isJson
            ? mutateJson(random, JSON.parse(bytes.toString("utf8")))
            : name.endsWith(".jsonl")
              ? mutateJsonLines(random, bytes.toString("utf8"))
              : mutateBytes(random, bytes),
        );
        judge.note(`${name} of ${original === place.table ? "a table" : "pictures"}`);
        await judge.ask("rows", () => studio.ask.data.rows({ project, offset: 0, limit: 10 }));
        if (original === place.pictures) {
          await judge.ask("thumbnails", () => studio.ask.pictures.thumbnails({ project, pictures: [{ picture: "red/red-0.bmp" }], side: 64 }));
          await judge.ask("try again", () => studio.ask.pictures.tryAgain({ project, pictures: [{ picture: "red/red-0.bmp" }] }));
        }
        await judge.ask("train", () =>
          atWork((setting) => train({ project, epochs: 1, ...(random.below(4) === 0 ? {} : { engine: "onnxruntime", device: "cpu" }) }, setting), "epoch"),
        );
        rmSync(project, { recursive: true, force: true });
      },
      async close() {
        await studio.close();
      },
    };
  },
};
