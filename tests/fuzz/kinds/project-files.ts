import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditProject } from "../../../src-main/training/inspect-project.js";
import { train } from "../../../src-main/training/train.js";
import type { Kind } from "../kind.js";
import { mutateJson, pick } from "../mutate.js";
import { openStudio } from "../studio.js";
import { atWork } from "../work.js";

/** `project.json`: opened, shown, edited, planned, audited, trained on. */
export const projectFiles: Kind = {
  name: "project-files",
  quick: 15,
  bound: 60,
  memory: 1500,
  async open(place) {
    const studio = openStudio(place);
    const documents = [place.table, place.pictures].map((folder) => ({
      folder,
      document: JSON.parse(readFileSync(join(folder, "project.json"), "utf8")) as unknown,
    }));
    return {
      async feed(random, judge) {
        const { folder, document } = pick(random, documents);
        const project = join(place.root, "spoilt");
        cpSync(folder, project, { recursive: true });
        writeFileSync(join(project, "project.json"), mutateJson(random, document));
        await judge.ask("open", () => studio.ask.projects.open({ project }));
        await judge.ask("list", () => studio.ask.projects.list({}));
        const opened = await judge.ask("read", () => studio.ask.projects.read({ project }));
        await judge.ask("columns", () => studio.follow("columns", { project }));
        await judge.ask("rows", () =>
          studio.ask.data.rows({
            project,
            offset: 0,
            limit: 10,
            filters: pick(random, [[], [{ kind: "split" as const, split: "train" as const }], [{ kind: "skipped" as const }]]),
          }),
        );
        await judge.ask("thumbnails", () => studio.ask.pictures.thumbnails({ project, pictures: [{ picture: "red/red-0.bmp" }], side: 64 }));
        await judge.ask("sample", () => studio.ask.pictures.sample({ project, picture: "red/red-0.bmp" }));
        await judge.ask("runs", () => studio.ask.runs.list({ project }));
        await judge.ask("form", () => studio.ask.prediction.form({ project, run: "0001" }));
        if (opened) {
          await judge.ask("plan", () => studio.ask.model.plan({ project, document: opened.document }));
          await judge.ask("preset", () =>
            studio.ask.model.preset({ project, document: opened.document, preset: pick(random, ["small-resnet", "two-block-cnn", "__proto__"]) }),
          );
          await judge.ask("write", () => studio.ask.projects.write({ project, document: opened.document, revision: opened.revision }));
          await judge.ask("correct", () => studio.ask.pictures.correct({ project, corrections: [{ picture: "red/red-0.bmp", excluded: true }] }));
        }
        if (random.below(4) === 0) await judge.ask("audit", () => atWork((setting) => auditProject({ project }, setting)));
        if (random.below(5) === 0)
          await judge.ask("train", () => atWork((setting) => train({ project, epochs: 1, engine: "onnxruntime", device: "cpu" }, setting), "run"));
        rmSync(project, { recursive: true, force: true });
      },
      async close() {
        await studio.close();
      },
    };
  },
};
