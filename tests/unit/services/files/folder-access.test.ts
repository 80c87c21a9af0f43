import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createFolderAccess } from "../../../../src-main/services/files/folder-access.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

test("what is to be made must come to lie in an allowed folder, whatever links say", async () => {
  const [allowed, other] = [realpathSync(temporaryFolder()), realpathSync(temporaryFolder())];
  const access = createFolderAccess([allowed]);
  mkdirSync(join(allowed, "sub"));
  symlinkSync(other, join(allowed, "out"));
  symlinkSync(join(allowed, "sub"), join(allowed, "in"));
  expect(await access.resolveNew(join(allowed, "new.csv"), "the file")).toBe(join(allowed, "new.csv"));
  expect(await access.resolveNew(join(allowed, "in", "deep", "new.csv"), "the file")).toBe(join(allowed, "sub", "deep", "new.csv"));
  for (const path of [join(other, "new.csv"), join(allowed, "out", "new.csv"), join(allowed, "..", "new.csv"), "new.csv", join(allowed, "a\0b")]) {
    await expect(access.resolveNew(path, "the file"), path).rejects.toMatchObject({ code: "rpc.refused" });
  }
  expect(await createFolderAccess(null).resolveNew(join(other, "x", "y.csv"), "the file")).toBe(join(other, "x", "y.csv"));
});
