import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { last, lathe } from "../support/lathe.js";
import { writeTable } from "../support/tables.js";
import { temporaryFolder } from "../support/temporary-folder.js";

it("twelve runs of one project at once all end well, with more seeds than prepared data are kept for", { tags: ["long"], timeout: 600_000 }, async () => {
  const folder = temporaryFolder();
  writeTable(folder, "t.csv", `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${(i * 37) % 101},${i % 7},${i % 2}`).join("\n")}\n`);
  writeFileSync(
    join(folder, "project.json"),
    JSON.stringify({
      version: 1,
      name: "many",
      data: {
        source: { type: "table", path: "t.csv" },
        inputs: [{ name: "x", type: "numeric", columns: ["a", "b"] }],
        targets: [{ name: "y", type: "binary", column: "y" }],
      },
      model: { layers: [{ id: "out", type: "Linear", from: ["x"], outFeatures: 1 }], outputs: [{ target: "y", from: "out" }] },
      training: { epochs: 2 },
    }),
  );
  // Six seeds, each twice: equal data are prepared by two at once, and others have to make room.
  const results = await Promise.all(Array.from({ length: 12 }, (_, i) => lathe("train", folder, "--seed", String(1 + (i % 6)), "--json")));
  for (const { code, stderr, events } of results) expect([code, code === 0 ? last(events, "done")["ended"] : stderr]).toEqual([0, "completed"]);
  expect(new Set(results.map(({ events }) => last(events, "done")["run"])).size).toBe(12);
});
