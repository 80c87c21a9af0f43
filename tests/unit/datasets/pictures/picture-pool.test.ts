import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { PicturePool } from "../../../../src-main/datasets/pictures/picture-pool.js";
import { writePicture } from "../../../support/pictures.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

test("a thread that starts takes no reader from those at work: what may be opened is said once for the whole process", async () => {
  const folder = temporaryFolder();
  await writePicture(folder, "a.png");
  writeFileSync(join(folder, "a.svg"), '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
  const pool = new PicturePool(1);
  const read = async (name: string) => {
    let bad: string | undefined;
    await pool.read([{ path: join(folder, name), formats: [] }], (_path, { facts }) => Promise.resolve(void (bad = facts.bad)));
    return bad;
  };
  try {
    // Before its first thread starts the process says what may be opened.
    expect(await read("a.png")).toBeUndefined();
    expect(
      await sharp(join(folder, "a.svg"))
        .metadata()
        .catch(() => "closed"),
    ).toBe("closed");
    // Where a thread said it anew, what was opened here would be closed again, as good formats are for a moment.
    sharp.unblock({ operation: ["VipsForeignLoadSvg"] });
    expect(await read("a.png")).toBeUndefined();
    expect(await sharp(join(folder, "a.svg")).metadata()).toMatchObject({ format: "svg" });
    // By its content it is none of ours all the same.
    expect(await read("a.svg")).toMatch(/^is SVG, which is not read/);
  } finally {
    sharp.block({ operation: ["VipsForeignLoadSvg"] });
    await pool.close();
  }
});
