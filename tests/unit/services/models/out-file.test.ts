import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { refuseOut, runOf } from "../../../../src-main/services/models/out-file.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** A project with a run and its table, and a table beside it. */
function place() {
  const folder = temporaryFolder();
  const run = join(folder, "project", "runs", "0001");
  mkdirSync(run, { recursive: true });
  mkdirSync(join(folder, "project", ".lathe"));
  const project = { data: { source: { type: "table", path: "learnt.csv", test: "../judged.csv" } } };
  for (const name of ["t.csv", "judged.csv", "answers.csv", "project/learnt.csv", "project/answers.csv", "project/runs/0001/model.onnx"])
    writeFileSync(join(folder, name), "mine");
  writeFileSync(join(folder, "project", "project.json"), JSON.stringify(project));
  writeFileSync(join(run, "config.json"), JSON.stringify({ projectFolder: join(folder, "project"), project }));
  symlinkSync(folder, join(folder, "here"));
  symlinkSync("t.csv", join(folder, "link.csv"));
  symlinkSync("nowhere.csv", join(folder, "project", "link.csv"));
  symlinkSync("/proc/self/fd/1", join(folder, "stdout"));
  const refuse = (out: string) => () => refuseOut(join(folder, out), [{ path: join(folder, "t.csv"), what: "the table itself" }], run);
  return { folder, run, refuse };
}

describe("a file that is asked for is refused", () => {
  it.each<readonly [string, RegExp]>([
    ["project", /project is a folder; name a file in it/],
    ["pipe", /pipe is a device or a pipe, which a file would replace/],
    ["../../../../../../../dev/null", /\/dev\/null is a device or a pipe/],
    ["t.csv", /t\.csv is the table itself, which would be replaced; name another file/],
    ["here/t.csv", /is the table itself/],
    ["here/project/../here/t.csv", /is the table itself/],
    ["link.csv", /link\.csv is a link, which a file would replace while what it leads to stays as it is \(.*t\.csv\); name the file itself/],
    ["here/project/link.csv", /is a link, which a file would replace while what it leads to stays as it is; name the file itself/],
    ["stdout", /stdout is a link/],
    ["../../../../../../../dev/new.csv", /new\.csv lies in \/dev, which is the system's own; name a file elsewhere/],
    ["../../../../../../../proc/self/fd/new.csv", /new\.csv lies in \/proc/],
    ["project/learnt.csv", /is the data that the run learnt from/],
    ["here/judged.csv", /is the data that the run learnt from/],
    ["project/project.json", /project\.json belongs to the project .*project itself; choose another name, or a place outside its runs and \.lathe/],
    ["here/project/runs/0001/model.onnx", /belongs to the run itself; choose a place outside/],
    ["project/runs/0002/new.csv", /belongs to the project/],
    ["project/runs/new.csv", /belongs to the project/],
    ["project/.lathe/deep/new.csv", /belongs to the project/],
  ])("%s", (out, reason) => {
    const { folder, refuse } = place();
    if (out === "pipe") spawnSync("mkfifo", [join(folder, "pipe")]);
    // Windows has none of these, and macOS no /proc.
    if ((process.platform !== "linux" && /proc/.test(out)) || (process.platform === "win32" && /pipe|dev/.test(out))) return;
    expect(refuse(out)).toThrow(expect.objectContaining({ code: "usage", message: expect.stringMatching(reason) }) as Error);
  });

  it("that may not be written", ({ skip }) => {
    const { folder, refuse } = place();
    if (process.getuid?.() === 0) skip("root may write everything");
    chmodSync(join(folder, "answers.csv"), 0o444);
    expect(refuse("answers.csv")).toThrow(/may not be written; change its permissions, or name another file/);
  });
});

it.each(["answers.csv", "new.csv", "project/answers.csv", "project/new.csv", "deep/er/new.csv", "runs/new.csv", "project.json", "t.csv/below"])(
  "a file %s is not",
  (out) => {
    expect(place().refuse(out)).not.toThrow();
  },
);

it("a model lies in a run where the run's settings lie beside it", () => {
  const { folder, run } = place();
  expect(existsSync(join(run, "model.onnx"))).toBe(true);
  expect(runOf(join(folder, "here", "project", "runs", "0001", "model.onnx"))).toBe(run);
  writeFileSync(join(folder, "model.onnx"), "");
  expect(runOf(join(folder, "model.onnx"))).toBeUndefined();
});
