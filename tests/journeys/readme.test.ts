import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";
import { createProgram } from "../../src-main/cli/program.js";
import { allInputKinds } from "../../src-main/features/index.js";
import { layers } from "../../src-main/layers/index.js";
import { initializers } from "../../src-main/layers/init/index.js";
import { losses } from "../../src-main/losses/index.js";
import { metrics } from "../../src-main/metrics/index.js";
import { optimizers } from "../../src-main/optimizers/index.js";
import { schedules } from "../../src-main/optimizers/schedules/index.js";
import { templates } from "../../src-main/services/templates/index.js";
import { transforms } from "../../src-main/transforms/index.js";
import { creditTable, killAll, last, startLathe, startNode, type JsonEvent } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// What the README says is so: its commands run, its files are there, its lists are complete.

const readme = readFileSync(join(packageRoot, "README.md"), "utf8").replaceAll("\r\n", "\n");
const { scripts } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { scripts: Record<string, string> };

const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({ language, text }));
const blocksIn = (language: string) => blocks.filter((block) => block.language === language).map(({ text }) => text);
const commands = blocksIn("sh")
  .flatMap((text) => text.split("\n"))
  .filter((line) => line.trim() !== "" && !line.startsWith("#"));
const spans = [...readme.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);

const LATHE = "npm run -s lathe -- ";
const latheCommands = commands.filter((line) => line.startsWith(LATHE)).map((line) => line.slice(LATHE.length));

/** Commands that are not run here, and why that is no gap. */
const elsewhere: Readonly<Record<string, string>> = {
  "git clone <this repository> lathe && cd lathe": "whoever runs this test has done it",
  "npm test": "runs this test; the workflow .github/workflows/ci.yml runs it on a fresh clone of each system",
  "npm run test:all": "is npm test without leaving out what takes long; the workflow runs it once a week",
  "npm run check": "the workflow runs it; its parts are types, lint, tests/architecture and knip",
  "npm run package": "fetches Electron's program; the workflow runs it on each system",
  "npm run setup:tensorflow": "downloads 350 MB; npm test does it before its tests, where it can, and tests/unit/bootstrap sees it fail",
  "npm run soak": "takes minutes; npm test kills four commands in its place",
  "npm run fuzz": "takes many minutes; npm test reads some of each kind in its place",
  "npm run test:node24": "fetches a Node of 100 MB; the workflow runs it on its own",
  "npm run bench": "takes minutes and a machine with nothing else to do; its programs are type-checked with the tests",
};
const here = ["npm start", "npm run demo"];

/** The command's last JSON line, by the README's table. */
const lastEvents = new Map([...readme.matchAll(/^\| `([a-z-]+)[^`]*` +\| .* \| `([a-z-]+)` +\|$/gm)].map(([, command = "", event = ""]) => [command, event]));

function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** A server is asked for its page and ended; all else runs to its end. */
async function runToEnd(start: (onEvent: (event: JsonEvent) => void) => ReturnType<typeof startNode>, serves: boolean) {
  if (!serves) return start(() => undefined).result;
  let status = 0;
  const command = start(({ event, url }) => {
    if (event !== "listening") return;
    void openPage(String(url))
      .then((got) => (status = got))
      .finally(() => command.child.kill("SIGTERM"));
  });
  const result = await command.result;
  expect(status, result.stderr).toBe(200);
  // Windows has no SIGTERM to be caught: there the process just ends.
  return process.platform === "win32" ? { ...result, code: 0 } : result;
}

/** As a browser does: the token becomes a cookie, and the address loses it. @returns the page's HTTP status */
async function openPage(url: string): Promise<number> {
  const answer = await fetch(url, { redirect: "manual" });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  return (await fetch(new URL(answer.headers.get("location") ?? "", url), { headers: { cookie } })).status;
}

describe("commands", () => {
  it.each(commands)("%s is known to this test", (line) => {
    expect(line.startsWith(LATHE) || here.includes(line) || line in elsewhere, `teach tests/journeys/readme.test.ts the command: ${line}`).toBe(true);
  });

  it("of npm are scripts of package.json, in running text too", () => {
    const named = [...commands, ...spans].flatMap((line) => /^npm run (?:-s )?([a-z0-9:]+)/.exec(line)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("of the command line are all in the table, each with an example, and no others", async () => {
    const all = (await createProgram([])).commands.map((command) => command.name());
    expect([...lastEvents.keys()].sort()).toEqual([...all].sort());
    expect([...new Set(latheCommands.map((line) => words(line)[0]))].sort()).toEqual([...all].sort());
  });

  it("in the list of those tested elsewhere are still shown", () => {
    expect(Object.keys(elsewhere).filter((line) => !commands.includes(line))).toEqual([]);
  });
});

describe("the command line", () => {
  /** What the README calls the repository's folder: with the samples it names, and nothing of ours to spoil. */
  let clone = "";
  beforeAll(() => {
    clone = join(mkdtempSync(join(tmpdir(), "lathe-readme-")), "lathe");
    mkdirSync(join(clone, "resources", "samples", "credit"), { recursive: true });
    cpSync(creditTable, join(clone, "resources", "samples", "credit", "credit.csv"));
    for (const sample of ["clipart", "glyphs", "meters", "ridership"])
      cpSync(join(packageRoot, "resources", "samples", sample), join(clone, "resources", "samples", sample), { recursive: true });
    cpSync(join(packageRoot, "tests", "fixtures", "imported"), join(clone, "tests", "fixtures", "imported"), { recursive: true });
  });
  afterAll(() => rmSync(join(clone, ".."), { recursive: true, force: true }));

  const serves = (command: string | undefined) => command === "serve";
  const run = (args: readonly string[]) => runToEnd((onEvent) => startLathe(args, onEvent, { cwd: clone }), serves(args[0]));

  it.each(latheCommands)("lathe %s", async (line) => {
    const args = words(line);
    // A server says its address as an event, by which the test finds its page.
    const { code, stdout, stderr } = await run(serves(args[0]) ? [...args, "--json"] : args);
    expect(code, stderr).toBe(0);
    expect(stdout.trim()).not.toBe("");
  });

  /** One line of each command, after all of them: what it works on is there. */
  const examples = [...lastEvents.keys()].map((command) => latheCommands.find((line) => words(line)[0] === command) ?? command);
  it.each(examples)("lathe %s --json", { tags: ["long"] }, async (line) => {
    const [command = "", ...more] = words(line);
    // A project is made where nothing is yet.
    const made = { new: 0, import: 1 }[command];
    const args = [command, ...more.map((word, i) => (i === made ? `${word}-again` : word)), "--json"];
    const { code, stdout, stderr, events } = await run(args);
    expect(code, stderr).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((one) => (JSON.parse(one) as JsonEvent).event),
    ).toEqual(events.map(({ event }) => event));
    expect(events.at(-1)?.event).toBe(lastEvents.get(command));
  });

  it("writes the predictions and the run's files that are described", () => {
    const [head] = blocksIn("text")
      .find((text) => text.startsWith("sample,"))!
      .split("\n");
    expect(readFileSync(join(clone, "..", "answers.csv"), "utf8").split("\n")[0]).toBe(head);
    const described = [...(/### A run's folder[\s\S]*?(?=\n## )/.exec(readme)?.[0] ?? "").matchAll(/^\| `([\w.]+)\/?` +\|/gm)].map(([, name]) => name);
    const sometimes = ["backtest.json", "error.json", "label.json", "lock"];
    expect(readdirSync(join(clone, "..", "credit", "runs", "0001")).sort()).toEqual(described.filter((name) => !sometimes.includes(name!)).sort());
  });

  it("exports a model that the program shown can use", async () => {
    const [program = ""] = blocksIn("js");
    symlinkSync(join(packageRoot, "node_modules"), join(clone, "node_modules"), "junction");
    writeFileSync(join(clone, "use.mjs"), program);
    const { code, stdout, stderr } = await startNode(["use.mjs"], undefined, { cwd: clone }).result;
    expect(code, stderr).toBe(0);
    expect(Number(/^repaid with a probability of (\d\.\d\d)\n$/.exec(stdout)?.[1])).toBeGreaterThan(0.5);
  });
});

describe("the programs of npm", () => {
  it("npm run demo goes from the table to predictions", async () => {
    const folder = join(temporaryFolder(), "credit");
    const { code, stderr } = await startNode([join(packageRoot, "src-main", "bootstrap", "demo.mjs"), folder], undefined, { cwd: packageRoot }).result;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("4454 rows");
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(["credit.onnx", "predictions.csv", "project.json", "runs"]));
  });

  // Elsewhere it would open a window; tests/desktop looks at that one.
  it.runIf(process.platform === "linux")("npm start without a display serves the studio, and says why", async () => {
    const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
    const start = [join(packageRoot, "src-main", "bootstrap", "start.mjs"), "--json"];
    const { code, stderr, events } = await runToEnd((onEvent) => startNode(start, onEvent, { cwd: packageRoot, env: { ...env, BROWSER: "true" } }), true);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("Lathe opens in the browser, because there is no display");
    expect(last(events, "listening")["url"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/);
  });
});

describe("the project shown", () => {
  it("trains", async () => {
    const folder = temporaryFolder();
    cpSync(creditTable, join(folder, "credit.csv"));
    const [project = "", ...others] = blocksIn("json");
    expect(others).toEqual([]);
    writeFileSync(join(folder, "project.json"), project);
    const command = startLathe(["train", folder, "--epochs", "2", "--json"]);
    const { code, stderr, events } = await command.result.finally(() => killAll(command));
    expect(code, stderr).toBe(0);
    expect(last(events, "done")["ended"]).toBe("completed");
  });

  it("has a line for every kind of input, and for no other", () => {
    const listed = [...readme.matchAll(/^ {2}- `(\w+)`: (.+)$/gm)].map(([, type, summary]) => ({ type, summary }));
    expect(listed).toEqual(allInputKinds.map(({ type, summary }) => ({ type, summary })));
  });

  it.each([layers, initializers, losses, optimizers, schedules, metrics, templates, transforms])("names every $kind", ({ types }) => {
    expect(types.filter((type) => !spans.includes(type))).toEqual([]);
  });
});

describe("what it points to", () => {
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
    .map(([, link, picture]) => link ?? picture ?? "")
    .filter((target) => !/^https?:/.test(target));
  const isHeading = (target: string) => target.startsWith("#");
  it.each(links.filter((target) => !isHeading(target)))("%s is there", (target) => {
    expect(existsSync(join(packageRoot, target))).toBe(true);
  });

  // As GitHub makes them: in small letters, without punctuation, hyphens for blanks.
  const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(
    ([, text = ""]) =>
      `#${text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} -]/gu, "")
        .replaceAll(" ", "-")}`,
  );
  it.each(links.filter(isHeading))("%s is one of its headings", (target) => {
    expect(headings).toContain(target);
  });

  const paths = [...new Set(spans.filter((text) => /^(src-\w+|tests|resources|\.github)\/[\w./-]*$/.test(text)))];
  it.each(paths)("`%s` is there", (path) => {
    expect(existsSync(join(packageRoot, path))).toBe(true);
  });

  it("every picture and every folder of the sources is in it", () => {
    const pictures = readdirSync(join(packageRoot, "resources", "screenshots")).map((name) => `resources/screenshots/${name}`);
    expect(links).toEqual(expect.arrayContaining(pictures));
    const folders = ["src-main", "src-renderer"]
      .flatMap((side) => readdirSync(join(packageRoot, side), { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && !["public", "styles"].includes(entry.name))
      .map((entry) => `${entry.name}/`);
    expect(folders.filter((folder) => !spans.includes(folder))).toEqual([]);
  });
});
