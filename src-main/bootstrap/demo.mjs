import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fail, prepare, root, say, seconds } from "./shared.mjs";

// From a table to a model that any runtime runs, by the same commands that a user types.
const start = Date.now();
await prepare();
const prepared = seconds(start);

const folder = process.argv[2] ? resolve(process.env.INIT_CWD ?? ".", process.argv[2]) : join(mkdtempSync(join(tmpdir(), "lathe-demo-")), "credit");
const data = join(root, "resources", "samples", "credit", "credit.csv");
const model = join(folder, "credit.onnx");
const predictions = join(folder, "predictions.csv");

await lathe("new", folder, "--template", "tabular", "--data", data);
const trainingStart = Date.now();
const trained = await lathe("train", folder);
const training = seconds(trainingStart);
const evaluated = await lathe("evaluate", trained.model, "--data", data);
await lathe("export", join(folder, "runs", trained.run), "--format", "onnx", "--out", model);
const predicted = await lathe("predict", model, data, "--out", predictions);

const accuracy = (metrics) => {
  const [name] = Object.keys(metrics).filter((key) => key.endsWith(".accuracy"));
  return name && metrics[name] !== null ? `${name} ${metrics[name].toFixed(3)}` : "no accuracy";
};
const lines = readFileSync(predictions, "utf8").trimEnd().split("\n");
say(`
Done
  test rows, never seen in training   ${accuracy(trained.test)}
  ${`the whole table, ${evaluated.samples} rows`.padEnd(35)} ${accuracy(evaluated.metrics)}
  model                               ${model} (${statSync(model).size} bytes)
  predictions                         ${predictions} (${lines.length - 1} rows)
  time                                ${prepared} to install and build, ${training} to train, ${seconds(start)} in all

The first predictions:
${lines
  .slice(0, 4)
  .map((line) => `  ${line}`)
  .join("\n")}

Continue with: npm run -s lathe -- train ${folder} --epochs 60`);
if (predicted.samples !== lines.length - 1) fail(`predict said ${predicted.samples} rows, its file has ${lines.length - 1}`);

/** Runs a command as a user would, showing what it says to people. @returns its last JSON line. */
async function lathe(command, ...args) {
  say(`\n$ lathe ${[command, ...args].map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word)).join(" ")}`);
  const child = spawn(process.execPath, [join(root, "out", "main", "cli.js"), command, ...args, "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => child.on("close", done));
  let last = "{}";
  for await (const line of createInterface({ input: child.stdout })) last = line;
  const code = await ended;
  if (code !== 0) fail(`\nThe demo stopped: lathe ${command} ended with ${code}.`, code ?? 1);
  return JSON.parse(last);
}
