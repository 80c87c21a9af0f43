import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toLatheError } from "../../../src-main/base/errors.js";
import { listen, studioProject } from "../../support/studio-project.js";

// Tables that make DuckDB crash, or take all memory: they are opened in the reader first, and the studio stays. Bytes of Parquet's footer are Thrift's
// compact protocol.

/** @see https://parquet.apache.org/docs/file-format */
function parquet(footer: readonly number[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([Buffer.from("PAR1"), Buffer.from(footer), length, Buffer.from("PAR1")]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** A list of so many structures. */
const list = (count: number) => [0x19, 0xfc, ...varint(count)];
/** A group with one child. */
const group = [0x35, 0x00, 0x18, 0x01, 0x61, 0x15, 0x02, 0x00];
const nested = (levels: number) =>
  parquet([
    0x15,
    0x02,
    ...list(levels + 1),
    ...Array.from({ length: levels }, () => group).flat(),
    0x15,
    0x02,
    0x25,
    0x00,
    0x18,
    0x01,
    0x61,
    0x00,
    0x16,
    0x02,
    0x19,
    0x0c,
    0x00,
  ]);
const document = {
  version: 1,
  name: "t",
  data: { source: { type: "table", path: "bad.parquet" }, inputs: [], targets: [] },
  model: { layers: [], outputs: [] },
  training: { epochs: 1 },
};

test.each([
  ["20,000 groups in one another", nested(20_000)],
  ["a footer of 20 bytes that claims 40 million columns", parquet([0x15, 0x02, ...list(40_000_000)])],
])("%s", async (_what, bytes) => {
  const { project, procedures, streams, context } = studioProject("a,y\n1,2\n", document);
  writeFileSync(join(project, "bad.parquet"), bytes);
  const told = await Promise.resolve(procedures.projects.propose({ data: join(project, "bad.parquet") }, context)).then(
    () => "nothing",
    (thrown: unknown) => toLatheError(thrown).code,
  );
  expect(told).toMatch(/^(data\.unreadable|engine\.(failed|crashed))$/);
  await expect(listen(streams, "columns", project)).rejects.toMatchObject({
    code: expect.stringMatching(/^(data\.unreadable|engine\.(failed|crashed))$/) as unknown,
  });
  // The host itself continues, with the next table too.
  writeFileSync(join(project, "good.csv"), "a,y\n1,0\n2,1\n");
  expect(await procedures.projects.propose({ data: join(project, "good.csv") }, context)).toMatchObject({ rows: 2 });
});

test("a table of more columns than there can be is told as such", async () => {
  const { project, procedures, context } = studioProject("a,y\n1,2\n", document);
  writeFileSync(
    join(project, "wide.csv"),
    `${Array.from({ length: 10_001 }, (_, k) => `c${k}`).join(",")}\n${Array.from({ length: 10_001 }, () => "1").join(",")}\n`,
  );
  await expect(procedures.projects.propose({ data: join(project, "wide.csv") }, context)).rejects.toMatchObject({
    code: "data.unreadable",
    message: expect.stringMatching(/has 10,001 columns, expected at most 10,000/) as unknown,
  });
});
