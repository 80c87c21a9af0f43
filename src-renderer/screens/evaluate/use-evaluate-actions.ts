import { useEvaluateTexts } from "../../composables/use-evaluate-texts.js";
import { useProjectRoute } from "../../composables/use-project-route.js";
import { useActions, type Action } from "../../stores/actions.js";
import { judgedSplits, useEvaluation } from "../../stores/evaluation.js";
import { useJudgedRows } from "../../stores/judged-rows.js";
import { useThreshold } from "../../stores/threshold.js";
import { useThresholdChoice } from "./use-threshold-choice.js";

/** What can be done here from the palette. */
export function useEvaluateActions(): void {
  const view = useEvaluation();
  const rows = useJudgedRows();
  const threshold = useThreshold();
  const use = useThresholdChoice();
  const words = useEvaluateTexts();
  const place = useProjectRoute();
  useActions().provide((): readonly Action[] => {
    if (!view.result) return [];
    const [t, group] = [words.value, words.value.title];
    return [
      ...(view.canBeTogether && !view.isTogether
        ? [{ id: "evaluate.together", title: t.actions.together, group, run: () => place.chooseTab("together") } satisfies Action]
        : []),
      ...judgedSplits
        .filter((split) => split !== view.split && view.result?.report[split])
        .map((split): Action => ({ id: `evaluate.${split}`, title: t.actions.split(t.splits[split]), group, run: () => view.chooseSplit(split) })),
      ...(view.question && !view.isTogether
        ? [
            { id: "evaluate.worst", title: t.actions.worst, group, run: () => rows.clear() },
            { id: "evaluate.all", title: t.actions.all, group, run: () => rows.only({ show: "all" }) },
          ]
        : []),
      ...(threshold.value === undefined
        ? []
        : [
            { id: "evaluate.threshold", title: t.threshold.use, group, run: use, disabled: () => (threshold.isOwn ? t.threshold.inUse : undefined) },
            {
              id: "evaluate.threshold.back",
              title: t.actions.back,
              group,
              run: () => threshold.reset(),
              disabled: () => (threshold.isOwn ? t.threshold.own : undefined),
            },
          ]),
    ];
  });
}
