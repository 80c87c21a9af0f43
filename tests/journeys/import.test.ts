import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";
import { killAll, last, lathe, sha256, startLathe } from "../support/lathe.js";
import { writeClasses } from "../support/pictures.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const residual = join(packageRoot, "tests", "fixtures", "imported", "residual.old.onnx");

it("a stranger's network is reported on, becomes a project, trains, resumes to the same bytes, and is exported again", async () => {
  const report = await lathe("import", residual, "--json");
  expect(report.code, report.stderr).toBe(0);
  expect(last(report.events, "report")).toBeDefined();

  const home = temporaryFolder();
  const data = join(home, "pictures");
  await writeClasses(data, ["dark", "light", "middling"], 20, { width: 12, height: 12 });
  const train = async (name: string, killed: boolean) => {
    // Of one name, which the file says.
    const project = join(home, name, "project");
    const made = await lathe("import", residual, project, "--data", data, "--normalize", "imagenet", "--freeze", "norm1", "--json");
    expect(made.code, made.stderr).toBe(0);
    expect(last(made.events, "created")).toBeDefined();
    const epochs = ["--epochs", "30"];
    if (killed) {
      const command = startLathe(["train", project, ...epochs, "--json"], ({ event, epoch }) => {
        if (event === "epoch" && epoch === 4) killAll(command);
      });
      await command.result;
    }
    const { code, stderr, events } = await lathe("train", project, ...(killed ? ["--resume"] : epochs), "--json");
    expect(code, stderr).toBe(0);
    return { project, model: String(last(events, "done")["model"]) };
  };
  const [whole, resumed] = [await train("whole", false), await train("resumed", true)];
  expect(sha256(resumed.model)).toBe(sha256(whole.model));

  const parity = (JSON.parse(readFileSync(join(whole.project, "runs", "0001", "report.json"), "utf8")) as { parity: { passed: boolean } }).parity;
  expect(parity.passed).toBe(true);
  const answers = await lathe("predict", whole.model, data, "--out", join(home, "answers.csv"));
  expect(answers.code, answers.stderr).toBe(0);
  expect(readFileSync(join(home, "answers.csv"), "utf8").trim().split("\n")).toHaveLength(61);
});

it("what is no ONNX file is one clear line, and leaves nothing behind", async () => {
  const { code, stderr } = await lathe("import", join(packageRoot, "package.json"), join(temporaryFolder(), "none"), "--data", packageRoot);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: .+package\.json.+\n$/);
});
