import { spawnSync } from "node:child_process";
import { chmodSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { cli, creditLayers, killAll, last, lathe, startLathe, writeCreditProject } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const training: ProjectInput["training"] = { epochs: 2, batchSize: 32, optimizer: { type: "Adam", lr: 0.005 } };

/** Rows of two numbers and an answer. */
function rows(n: number, row: (i: number) => string = (i) => `${i},${(i * 7) % 10},${i % 2}`): string {
  return `a,b,y\n${Array.from({ length: n }, (_, i) => row(i)).join("\n")}\n`;
}

type Change = (project: { -readonly [K in keyof ProjectInput]: ProjectInput[K] } & Record<string, unknown>) => void;

/** A small project: a table's text, and what is different about the project. */
function writeProject(table: string | Buffer | undefined, change: Change = () => undefined): string {
  const folder = temporaryFolder();
  if (table !== undefined) writeFileSync(join(folder, "table.csv"), table);
  const project: ProjectInput = {
    version: 1,
    name: "small",
    seed: 1,
    data: {
      source: { type: "table", path: "table.csv" },
      inputs: [{ name: "features", type: "numeric", columns: "rest" }],
      targets: [{ name: "y", type: "binary", column: "y" }],
    },
    model: {
      layers: [
        { id: "fc1", type: "Linear", outFeatures: 4 },
        { id: "act1", type: "ELU" },
        { id: "fc2", type: "Linear", outFeatures: 1 },
      ],
      outputs: [{ target: "y", from: "fc2" }],
    },
    training: { ...training, batchSize: 8 },
  };
  change(project);
  writeFileSync(join(folder, "project.json"), JSON.stringify(project));
  return folder;
}

const batchNorm: Change = (p) => {
  p.model = {
    layers: [
      { id: "fc1", type: "Linear", outFeatures: 4 },
      { id: "bn1", type: "BatchNorm1d" },
      { id: "fc2", type: "Linear", outFeatures: 1 },
    ],
    outputs: [{ target: "y", from: "fc2" }],
  };
};

/** Each wrong thing: the sentence it gives. */
const refused: readonly (readonly [what: string, folder: () => string, sentence: RegExp])[] = [
  ["a missing file", () => writeProject(undefined), /there is no .*table\.csv/],
  ["an empty file", () => writeProject(""), /table\.csv is empty/],
  ["a header alone", () => writeProject("a,b,y\n"), /has a header but no rows/],
  ["ragged rows", () => writeProject(rows(40, (i) => (i === 16 ? "1,2" : `${i},${i},${i % 2}`))), /row 1[78]\b.*(2|two) (fields|values|columns).*expected 3/],
  [
    "a text among numbers",
    () =>
      writeProject(
        rows(40, (i) => (i === 20 ? "x1,3,1" : `${i},3${i},${i % 2}`)),
        (p) => {
          p.data = { ...p.data, inputs: [{ name: "features", type: "numeric", columns: ["a", "b"] }] };
        },
      ),
    /row 21\b.*column "a".*"x1"/s,
  ],
  ["a column that is all missing", () => writeProject(rows(40, (i) => `,${i},${i % 2}`)), /column "a".*no value/],
  ["one class only", () => writeProject(rows(40, (i) => `${i},${i},1`)), /"?y"?.*(one|1|single|only)/],
  [
    "a target that is not there",
    () =>
      writeProject(rows(40), (p) => {
        p.data = { ...p.data, targets: [{ name: "y", type: "binary", column: "yy" }] };
      }),
    /yy.*did you mean "?y"?/s,
  ],
  ["duplicate columns", () => writeProject(`a,a,y\n1,2,0\n3,4,1\n5,6,0\n`), /two columns.*a|column "a".*(twice|two)/],
  [
    "0 epochs",
    () =>
      writeProject(rows(40), (p) => {
        p.training = { ...p.training, epochs: 0 };
      }),
    /training\.epochs: got 0, expected/,
  ],
  [
    "a batch larger than the data, with dropLast",
    () =>
      writeProject(rows(40), (p) => {
        p.training = { ...p.training, batchSize: 64, dropLast: true };
      }),
    /batchSize 64 is larger than the \d+ training rows/,
  ],
  [
    "a batch of one with batch norm",
    () =>
      writeProject(rows(40), (p) => {
        batchNorm(p);
        p.training = { ...p.training, batchSize: 1 };
      }),
    /cannot train on batches of one row, whose mean is the row itself; use a batchSize of 2 or more, or remove it/,
  ],
  [
    "a layer that does not exist",
    () =>
      writeProject(rows(40), (p) => {
        p.model = { layers: [{ id: "fc1", type: "Liner", outFeatures: 1 }], outputs: [{ target: "y", from: "fc1" }] };
      }),
    /model\.layers\[0\]\.type: got "Liner", expected .*did you mean Linear\?/,
  ],
  [
    "an output that does not fit",
    () =>
      writeProject(rows(40), (p) => {
        p.model = { layers: [{ id: "fc1", type: "Linear", outFeatures: 3 }], outputs: [{ target: "y", from: "fc1" }] };
      }),
    /layer fc1 gives \[N, 3\], but target y has 1 value: expected \[N, 1\]/,
  ],
  [
    "nothing to train",
    () =>
      writeProject(
        rows(40)
          .replaceAll(/^(\d+),(\d+)/gm, "$1")
          .replace("a,b,y", "a,y"),
        (p) => {
          p.model = { layers: [{ id: "act", type: "Identity" }], outputs: [{ target: "y", from: "act" }] };
        },
      ),
    /no layer on the way to it has weights, so nothing can be learnt; add a Linear/,
  ],
  [
    "a project of a newer version",
    () =>
      writeProject(rows(40), (p) => {
        (p as Record<string, unknown>)["version"] = 2;
      }),
    /newer Lathe made this project: update Lathe/,
  ],
  [
    "an engine or a device that is not there",
    () =>
      writeProject(rows(40), (p) => {
        p.training = { ...p.training, engine: "tensorflow", device: "webgpu" };
      }),
    /the engine tensorflow is not available: .*npm run setup:tensorflow|tensorflow has no device webgpu; it has cpu/,
  ],
  ["no project", () => temporaryFolder(), /there is no project at .*project\.json/],
];

describe("bad input", () => {
  it.each(refused)("%s is one clear line and exit code 1, and leaves no run behind", async (_, make, sentence) => {
    const folder = make();
    const { code, stderr, events } = await lathe("train", folder, "--json");
    expect(stderr).toMatch(sentence);
    expect(code).toBe(1);
    expect(last(events, "error")["code"]).not.toBe("internal");
    expect(existsSync(join(folder, "runs")) ? readdirSync(join(folder, "runs")) : []).toEqual([]);
  });

  it("a batch larger than the data uses all rows, and says so", async () => {
    const folder = writeProject(rows(40), (p) => {
      p.training = { ...p.training, batchSize: 64 };
    });
    const { code, events, stderr } = await lathe("train", folder, "--json");
    expect(code, stderr).toBe(0);
    expect(events.map((e) => e["message"])).toContainEqual(
      expect.stringMatching(/batchSize 64 is larger than the \d+ training rows; each step uses all of them/),
    );
    expect(last(events, "run")["stepsPerEpoch"]).toBe(1);
  });

  it("a last batch of one row is dropped where batch norm cannot use it, and that is said", async () => {
    const folder = writeProject(rows(40), (p) => {
      batchNorm(p);
      p.training = { ...p.training, batchSize: 9 };
      p.data = { ...p.data, split: { validation: 0.15, test: 0.15, stratify: false } };
    });
    const first = await lathe("train", folder, "--json");
    const { train } = last(first.events, "run")["samples"] as { train: number };
    const size = train - 1;
    const again = writeProject(rows(40), (p) => {
      batchNorm(p);
      p.training = { ...p.training, batchSize: size };
      p.data = { ...p.data, split: { validation: 0.15, test: 0.15, stratify: false } };
    });
    const { code, events, stderr } = await lathe("train", again, "--json");
    expect(code, stderr).toBe(0);
    expect(events.map((e) => e["message"])).toContainEqual(expect.stringMatching(/drops its last batch, which would hold one row/));
  });

  it("a loss that is no longer a number stops the run, names layer and step, and keeps the last good checkpoint", async () => {
    const folder = writeCreditProject(
      temporaryFolder(),
      { ...training, epochs: 5, optimizer: { type: "SGD", lr: 1e18 }, checkpointSeconds: 0 },
      creditLayers.filter(({ type }) => type !== "BatchNorm1d"),
    );
    const { code, stderr, events } = await lathe("train", folder, "--json");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /epoch 1, step \d+: the (parameters|output|loss on the output) of layer (fc|act)\d is no longer a finite number.*Try a learning rate ten times smaller/s,
    );
    expect(last(events, "error")["code"]).toBe("training.not-finite");
    expect(readFileSync(join(folder, "runs", "0001", "log.txt"), "utf8")).toMatch(/failed: epoch 1/);
    expect(existsSync(join(folder, "runs", "0001", "model.onnx"))).toBe(false);
  });

  it("a run folder that cannot be written is said with the place", async () => {
    const folder = writeProject(rows(40));
    writeFileSync(join(folder, "runs"), "a file where the folder should be");
    const { code, stderr } = await lathe("train", folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/runs cannot be written: /);
  });

  it("a folder without write permission is said so", async ({ skip }) => {
    if (process.getuid?.() === 0) skip("root may write anywhere; the test above and the full disk in unit/training cover refused writes");
    const folder = writeProject(rows(40));
    mkdirSync(join(folder, "runs"));
    chmodSync(join(folder, "runs"), 0o500);
    const { stderr } = await lathe("train", folder);
    expect(stderr).toMatch(/no permission to write there/);
  });

  it("checkpoints that are all damaged are refused with what to do", async () => {
    const folder = writeCreditProject(temporaryFolder(), { ...training, epochs: 500, checkpointSeconds: 0 });
    const command = startLathe(["train", folder, "--json"], ({ event }) => {
      if (event === "epoch") killAll(command);
    });
    await command.result;
    const checkpoints = join(folder, "runs", "0001", "checkpoint");
    for (const file of readdirSync(checkpoints)) writeFileSync(join(checkpoints, file), "damaged");
    const { code, stderr } = await lathe("train", folder, "--resume");
    expect(code).toBe(1);
    expect(stderr).toMatch(/no checkpoint is whole \(\d damaged: .*\); start the run anew, without --resume/);
  });

  it("a second process on the same run is turned away, and the first continues", async () => {
    const folder = writeCreditProject(temporaryFolder(), { ...training, epochs: 3000 });
    let second: Promise<Awaited<ReturnType<typeof lathe>>> | undefined;
    const first = startLathe(["train", folder, "--json"], ({ event }) => {
      if (event === "epoch") second ??= lathe("train", folder, "--resume").finally(() => first.child.kill("SIGINT"));
    });
    const { code, events, stderr } = await first.result;
    expect((await second)?.stderr).toMatch(/run 0001 is being trained by process \d+ since [-0-9: ]+ UTC \(.*lock\); wait for it, or stop it/);
    expect((await second)?.code).toBe(1);
    expect(code, stderr).toBe(0);
    expect(last(events, "done")["ended"]).toBe("stopped");
  });

  it("data that changed since the run began is not mixed in", async () => {
    const folder = writeCreditProject(temporaryFolder(), training);
    expect((await lathe("train", folder)).code).toBe(0);
    writeFileSync(join(folder, "credit.csv"), `${readFileSync(join(folder, "credit.csv"), "utf8")}9,60,30,73,129,0,0,800,846,1\n`);
    const { code, stderr } = await lathe("train", folder, "--resume");
    expect(code).toBe(1);
    expect(stderr).toMatch(/the data has changed since run 0001 began/);
  });

  it("answers that cannot be written are said so, with the reason, whenever the disk notices", async ({ skip }) => {
    const folder = writeCreditProject(temporaryFolder(), { ...training, epochs: 1 });
    expect((await lathe("train", folder)).code).toBe(0);
    const table = join(folder, "credit.csv");
    const onto = async (out: string) => {
      const { events, code } = await lathe("predict", folder, table, "--out", out, "--json");
      return [code, events.at(-1)];
    };
    mkdirSync(join(folder, "taken"));
    const wrong = (out: string, reason: string) => [
      1,
      { event: "error", code: "run.storage", message: expect.stringMatching(`^${out} cannot be written: ${reason}.* Nothing was written$`) as string },
    ];
    const refused = (reason: RegExp) => [2, { event: "error", code: "usage", message: expect.stringMatching(reason) as string }];
    expect(await onto(join(folder, "taken"))).toMatchObject(refused(/taken is a folder; name a file in it/));
    // Over a link, and never what the work itself reads or a project is made of.
    symlinkSync(folder, join(folder, "here"));
    const model = join(folder, "runs", "0001", "model.onnx");
    const before = [table, model, join(folder, "project.json")].map((path) => readFileSync(path));
    expect(await onto(join(folder, "here", "credit.csv"))).toMatchObject(refused(/credit\.csv is the table itself/));
    expect(await onto(model)).toMatchObject(refused(/model\.onnx is the model itself/));
    const exported = async (out: string) => (await lathe("export", folder, "--format", "onnx", "--out", out)).code;
    expect(await exported(join(folder, "here", "project.json"))).toBe(2);
    expect(await exported(table)).toBe(2);
    expect([table, model, join(folder, "project.json")].map((path) => readFileSync(path))).toEqual(before);
    // What is private stays so.
    for (const name of ["private.csv", "private.onnx"]) writeFileSync(join(folder, name), "old", { mode: 0o600 });
    expect(await onto(join(folder, "private.csv"))).toMatchObject([0, { event: "prediction" }]);
    expect(await exported(join(folder, "private.onnx"))).toBe(0);
    expect(["private.csv", "private.onnx"].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual(
      process.platform === "win32" ? [0o666, 0o666] : [0o600, 0o600],
    );
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
    const full = join(folder, "full");
    mkdirSync(full);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", full]).status !== 0) skip("a disk that is soon full is mounted by root on Linux only");
    try {
      // By the name that was asked for, and not that of the file in which it grew.
      expect(await onto(join(full, "out.csv"))).toMatchObject(wrong(join(full, "out.csv"), "the disk is full"));
      expect(readdirSync(full)).toEqual([]);
    } finally {
      spawnSync("umount", [full]);
    }
  });

  it.runIf(process.platform !== "win32")(
    "a link that answers or a model are to be written to stays, and so does what it leads to, the command's own output too",
    async () => {
      const folder = writeProject(rows(40));
      expect((await lathe("train", folder)).code).toBe(0);
      const precious = join(folder, "precious.txt");
      writeFileSync(precious, "mine");
      symlinkSync(precious, join(folder, "current.csv"));
      // As /dev/stdout is, and never that itself: where this fails, a device of the machine would be gone.
      symlinkSync("/dev/fd/1", join(folder, "stdout"));
      for (const out of ["current.csv", "stdout"].map((name) => join(folder, name))) {
        for (const args of [
          ["predict", folder, join(folder, "table.csv"), "--out", out],
          ["export", folder, "--format", "report", "--out", out],
        ]) {
          const stdout = openSync(join(folder, "output.txt"), "w");
          const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { stdio: ["ignore", stdout, "pipe"], encoding: "utf8" });
          closeSync(stdout);
          expect([status, stderr]).toEqual([2, expect.stringMatching(/is a link, which a file would replace/)]);
          expect(lstatSync(out).isSymbolicLink()).toBe(true);
        }
      }
      expect(readFileSync(precious, "utf8")).toBe("mine");
    },
  );

  it.each([
    ["no command", []],
    ["a command that is not there", ["trian", "x"]],
    ["an option that is not there", ["train", "x", "--epoch", "3"]],
    ["a number that is none", ["train", "x", "--epochs", "many"]],
    ["a run to resume that is empty", ["train", "x", "--resume", ""]],
    ["settings that a resumed run cannot take", ["train", "x", "--resume", "--epochs", "3"]],
  ])("bad usage (%s) is exit code 2", async (_, args) => {
    expect((await lathe(...args)).code).toBe(2);
  });
});
