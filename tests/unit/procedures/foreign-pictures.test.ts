import { join } from "node:path";
import { expect, test } from "vitest";
import { auditResult } from "../../../src-main/contract/table-views.js";
import { writePicture } from "../../support/pictures.js";
import { listen, studioProject } from "../../support/studio-project.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

test("a table that names pictures outside of the folders a server may use gets none of them read, by whichever process", async () => {
  const elsewhere = temporaryFolder();
  await writePicture(elsewhere, "secret.png");
  const names = Array.from({ length: 30 }, (_, i) => `pictures/${i}.png`);
  const rows = [...names, join(elsewhere, "secret.png"), `../../${elsewhere.split("/").at(-1)}/secret.png`];
  const { project, streams } = studioProject(`picture,y\n${rows.map((name, i) => `${name},${i % 2}`).join("\n")}\n`, {
    version: 1,
    name: "t",
    data: {
      source: { type: "table", path: "table.csv" },
      inputs: [{ name: "picture", type: "image", column: "picture", size: [8, 8] }],
      targets: [{ name: "y", type: "binary", column: "y" }],
    },
    model: {
      layers: [
        { id: "flat", type: "Flatten", from: ["picture"] },
        { id: "out", type: "Linear", from: ["flat"], outFeatures: 1 },
      ],
      outputs: [{ target: "y", from: "out" }],
    },
    training: { epochs: 1 },
  });
  for (const name of names) await writePicture(project, name);
  const last = (await listen(streams, "audit", project)).at(-1);
  if (last?.event !== "result") throw new Error("no result");
  const { problems, splits } = auditResult.parse(last.value);
  expect(splits.train + splits.validation + splits.test).toBe(30);
  expect(problems.map(({ message }) => message).join("\n")).toMatch(
    /^2 pictures of .* cannot be read; for example, .*secret.png is not in a folder this server may use/m,
  );
});
