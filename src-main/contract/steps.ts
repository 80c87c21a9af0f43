/** The steps of a project, in the order of work, and what the studio and the desktop's menu call them. Each is a screen, and a part of the address. */
export const stepTitles = { data: "Data", model: "Model", train: "Train", evaluate: "Evaluate", predict: "Predict", export: "Export", runs: "Runs" } as const;

export type Step = keyof typeof stepTitles;

export const steps = Object.keys(stepTitles) as readonly Step[];
