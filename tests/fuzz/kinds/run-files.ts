import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Random } from "../../../src-main/base/random.js";
import { train } from "../../../src-main/training/train.js";
import type { Kind } from "../kind.js";
import { mutateBytes, mutateJson, mutateJsonLines, pick } from "../mutate.js";
import { openStudio } from "../studio.js";
import { atWork } from "../work.js";

/** Files that a finished run need not have. */
const sometimes: readonly (readonly [name: string, content: unknown])[] = [
  ["label.json", { name: "mine", note: "a note" }],
  ["error.json", { code: "data.missing", message: "it is gone", details: {} }],
  ["lock", { host: hostname(), pid: 1, started: 1 }],
  ["previous-report.json", {}],
];

/** Everything in a run's folder. */
export const runFiles: Kind = {
  name: "run-files",
  quick: 12,
  bound: 60,
  memory: 1500,
  async open(place) {
    const studio = openStudio(place);
    const pristine = [place.table, place.pictures].map((project) => {
      const run = join(project, "runs", "0001");
      return {
        project,
        run,
        files: readdirSync(run, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(run.length + 1)),
      };
    });
    const spoilt = (random: Random, name: string, bytes: Buffer): Buffer => {
      if (name.endsWith(".json") || name === "lock") {
        try {
          return mutateJson(random, JSON.parse(bytes.toString("utf8")));
        } catch {
          return mutateBytes(random, bytes);
        }
      }
      return name.endsWith(".jsonl") ? mutateJsonLines(random, bytes.toString("utf8")) : mutateBytes(random, bytes);
    };
    return {
      async feed(random, judge) {
        const { project: original, files } = pick(random, pristine);
        const project = join(place.root, "spoilt");
        cpSync(original, project, { recursive: true });
        const folder = join(project, "runs", "0001");
        const [also, content] = pick(random, sometimes);
        const name = pick(random, [...files, ...files, also, also, "config.json", "report.json", "metrics.jsonl"]);
        const path = join(folder, name);
        const bytes = existsSync(path) ? readFileSync(path) : Buffer.from(JSON.stringify(content));
        writeFileSync(path, spoilt(random, name, bytes));
        judge.note(`${name} of ${original === place.table ? "a table" : "pictures"}`);
        const run = { project, run: "0001" };
        const { ask } = studio;
        const targets = original === place.table ? ["good", "kind", "value"] : ["colour"];
        const asked = { ...run, split: pick(random, ["validation", "test"] as const), target: pick(random, targets) };
        await judge.ask("list", () => ask.runs.list({ project }));
        await judge.ask("metrics", () => ask.runs.metrics(run));
        await judge.ask("settings", () => ask.runs.settings(run));
        await judge.ask("log", () => ask.runs.log(run));
        await judge.ask("report", () => ask.evaluation.report(run));
        await judge.ask("curves", () => ask.evaluation.curves(asked));
        await judge.ask("rows", () => ask.evaluation.rows({ ...asked, offset: 0, limit: 50 }));
        await judge.ask("calibration", () => ask.evaluation.calibration(asked));
        await judge.ask("label errors", () => ask.evaluation.labelErrors({ ...run, target: asked.target, offset: 0, limit: 50 }));
        await judge.ask("residuals", () => ask.evaluation.residuals(asked));
        await judge.ask("form", () => ask.prediction.form(run));
        await judge.ask("card", () => ask.exports.card(run));
        await judge.ask("export", () =>
          studio.follow("export", { ...run, format: pick(random, ["onnx", "report", "pytorch"]), out: join(place.root, "exported"), replace: true }),
        );
        await judge.ask("follow", () => Promise.race([studio.follow("run", run), studio.follow("run", run, "state"), ask.runs.log(run)]));
        await judge.ask("describe", () => ask.runs.describe({ ...run, note: "looked at" }));
        if (random.below(3) === 0)
          await judge.ask("a project of it", async () =>
            rmSync((await ask.projects.createFromRun({ ...run, name: "again" })).project.path, { recursive: true }),
          );
        if (random.below(2) === 0) await judge.ask("resume", () => atWork((setting) => train({ project, resume: "0001" }, setting), "run"));
        await judge.ask("trash", () => ask.runs.trash({ project, runs: ["0001"] }));
        await judge.ask("trashed", () => ask.runs.trashed({ project }));
        await judge.ask("restore", () => ask.runs.restore({ project, runs: ["0001"] }));
        rmSync(project, { recursive: true, force: true });
      },
      async close() {
        await studio.close();
      },
    };
  },
};
