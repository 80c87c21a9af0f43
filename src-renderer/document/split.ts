/** How rows are split where the project's file does not say: as in its schema. */
export const splitDefaults: { readonly validation: number; readonly test: number; readonly by: "random" | "group" | "time"; readonly stratify: boolean } = {
  validation: 0.15,
  test: 0.15,
  by: "random",
  stratify: true,
};
