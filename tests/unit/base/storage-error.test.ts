import { expect, it } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import { isStorageFailure, readReason, storageError } from "../../../src-main/base/storage-error.js";

const refused = (code: string) => Object.assign(new Error(`${code}: as Node says it, write`), { code });

it.each([
  ["ENOSPC", "the disk is full; free some space"],
  ["EACCES", "no permission to write there; choose another folder or change its permissions"],
  ["ERR_FS_EISDIR", "a folder has that name; put it away"],
  ["ENAMETOOLONG", "the name is longer than the disk allows, which counts bytes: 255 on most, and a letter takes up to 4; choose a shorter one"],
])("%s is told in words of ours", (code, reason) => {
  expect(storageError("/a/b", refused(code))).toMatchObject({
    code: "run.storage",
    message: `/a/b cannot be written: ${reason}`,
    details: { path: "/a/b", code },
  });
  expect(storageError("/a/b", refused(code), "Nothing was written", "the list").message).toBe(
    `the list /a/b cannot be written: ${reason}. Nothing was written`,
  );
});

it("what DuckDB says of a full disk is a full disk too", () => {
  const thrown = new Error('IO Error: Could not write all bytes to file "x": No space left on device');
  expect(storageError("/a", thrown).message).toBe("/a cannot be written: the disk is full; free some space");
  expect(isStorageFailure(thrown)).toBe(true);
});

it("what is unknown keeps its own words, and an error of ours stays what it is", () => {
  expect(storageError("/a", refused("EWHAT"), "Kept").message).toBe("/a cannot be written: EWHAT: as Node says it, write. Kept");
  expect(storageError("/a", "odd").message).toBe("/a cannot be written: odd");
  const ours = new LatheError("cancelled", "the caller gave up");
  expect(storageError("/a", ours)).toBe(ours);
});

it("a disk that refuses is told from a mistake of ours and from a file that is missing", () => {
  expect(["ENOSPC", "EROFS", "EACCES", "ENOTEMPTY", "ENOENT", "toString"].map((code) => isStorageFailure(refused(code)))).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  expect([isStorageFailure(new TypeError("x is undefined")), isStorageFailure("x")]).toEqual([false, false]);
});

it("why a file cannot be read is told in words of ours too", () => {
  expect(readReason(refused("EACCES"))).toBe("no permission to read it; change its permissions, or those of its folder");
  expect(readReason(refused("EWHAT"))).toBe("EWHAT: as Node says it, write");
  expect(readReason("odd")).toBe("odd");
});
