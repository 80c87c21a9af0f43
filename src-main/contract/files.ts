import { z } from "zod";

/** Paths on the machine that the host runs on; absolute. */
export const pathSchema = z.string().min(1).max(4096);

export const fileEntry = z.strictObject({
  name: z.string(),
  path: z.string(),
  kind: z.enum(["folder", "file"]),
  bytes: z.number().optional(),
  /** Milliseconds since 1970. */
  modifiedAt: z.number().optional(),
  /** A folder that holds a project. */
  project: z.boolean().optional(),
});
export type FileEntry = z.infer<typeof fileEntry>;

export const folderListing = z.strictObject({
  /** Null: the folders that may be used, themselves. */
  folder: z.string().nullable(),
  /** One up; null at the top of what may be used. */
  parent: z.string().nullable(),
  /** Folders first, then files, by name. */
  entries: z.array(fileEntry),
  /** Entries omitted because there are too many. */
  omitted: z.number(),
});
export type FolderListing = z.infer<typeof folderListing>;

export const pickRequest = z.strictObject({
  /** `save-folder`: one that is to be made. */
  kind: z.enum(["open-file", "open-folder", "save-file", "save-folder"]),
  title: z.string().max(200),
  /** Extensions without the dot; empty: any. */
  extensions: z.array(z.string().max(16)).max(32).default([]),
  /** A path, or a file's name, to start from. */
  suggested: z.string().max(4096).optional(),
});
export type PickRequest = z.infer<typeof pickRequest>;
