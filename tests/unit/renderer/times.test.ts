import { expect, it } from "vitest";
import { formatMoment, localTime, timeTicks } from "../../../src-renderer/composables/times.js";

const us = (iso: string) => Date.parse(iso) * 1000;

it("ticks stand at local midnights, also where the clocks change between them", () => {
  const ticks = timeTicks(us("2024-03-29T00:00:00Z"), us("2024-04-02T00:00:00Z"), "Europe/Berlin", 6);
  expect(ticks.map(({ value }) => value)).toEqual(["2024-03-29T23:00:00Z", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z", "2024-04-01T22:00:00Z"].map(us));
});

it("ticks are of months, then years, as the view widens, and never too many", () => {
  for (const [to, most] of [
    ["2024-01-01T00:00:10Z", 5],
    ["2024-01-02T00:00:00Z", 8],
    ["2024-07-01T00:00:00Z", 8],
    ["2054-01-01T00:00:00Z", 8],
  ] as const) {
    const ticks = timeTicks(us("2024-01-01T00:00:00Z"), us(to), "UTC", most);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(most + 1);
  }
});

it("a moment says its time of day where it is not midnight in the zone", () => {
  expect(formatMoment(us("2024-03-02T23:00:00Z"), { calendar: true, zone: "Europe/Berlin" })).not.toContain(":");
  expect(formatMoment(us("2024-03-02T23:30:00Z"), { calendar: true, zone: "Europe/Berlin" })).toContain("00:30");
  expect(formatMoment(1234, { calendar: false, zone: "UTC" })).toBe("row 1,234");
  expect(localTime(Date.parse("2024-07-01T00:00:00Z"), "Europe/Berlin")).toBe(Date.UTC(2024, 6, 1, 2));
});
