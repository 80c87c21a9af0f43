import { z } from "zod";

const theme = z.enum(["system", "light", "dark"]);
/** For projects that leave it to Lathe (`auto`). */
const engine = z.enum(["auto", "onnxruntime", "tensorflow"]);
const device = z.string().min(1).max(64);
const threads = z.union([z.literal("auto"), z.int().min(1).max(1024)]);
/** Where new projects are made; absolute. */
const projectsFolder = z.string().min(1).max(4096);
/** CSV files are for a spreadsheet: an apostrophe before each cell that it would take for a formula. */
const spreadsheet = z.boolean();
/** Hints that were read and put away. */
const hintsSeen = z.array(z.string().max(64)).max(200);

/** What a user prefers, whatever the project. Kept in `settings.json` of the state folder. */
export const settingsSchema = z.strictObject({
  theme: theme.default("system"),
  engine: engine.default("auto"),
  device: device.default("auto"),
  threads: threads.default("auto"),
  /** Absent: the host's own proposal. */
  projectsFolder: projectsFolder.optional(),
  hintsSeen: hintsSeen.default([]),
  spreadsheet: spreadsheet.default(false),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Some of the settings; the rest stays as it is. `projectsFolder` null: the host's own proposal again. */
export const settingsChange = z.strictObject({ theme, engine, device, threads, projectsFolder: projectsFolder.nullable(), hintsSeen, spreadsheet }).partial();
export type SettingsChange = z.infer<typeof settingsChange>;

export const engineStatus = z.strictObject({
  name: z.string(),
  available: z.boolean(),
  version: z.string().optional(),
  /** Why it is not available. */
  reason: z.string().optional(),
  devices: z.array(z.strictObject({ name: z.string(), available: z.boolean(), reason: z.string().optional() })),
});
export type EngineStatusView = z.infer<typeof engineStatus>;

/** TensorFlow's native library, set up and tried. */
export const tensorflowSetup = z.strictObject({
  /** Of the library. */
  version: z.string(),
  /** In words: where it came from. */
  how: z.string(),
  folder: z.string(),
  bytes: z.number(),
});
export type TensorflowSetup = z.infer<typeof tensorflowSetup>;

/** A package that Lathe is made with. */
export const licence = z.strictObject({ name: z.string(), version: z.string(), licence: z.string(), text: z.string().optional() });
export type Licence = z.infer<typeof licence>;
