import { expect, it } from "vitest";
import { namedSetting, settingTo } from "../../../src-main/contract/source-settings.js";

it("a sentence names a setting of the source as the studio shows it and as project.json has it", () => {
  expect(namedSetting("encoding")).toBe("“Encoding” (source.encoding)");
  expect(settingTo("header", false)).toBe("“First row” to “Data” (source.header: false)");
  expect(settingTo("comment", "none")).toBe('“Comment lines” to “None” (source.comment: "none")');
  expect(settingTo("skip", 12)).toBe("“Lines above it” to “12” (source.skip: 12)");
});
