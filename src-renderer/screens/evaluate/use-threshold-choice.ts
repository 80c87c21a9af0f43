import { formatNumber } from "../../composables/format.js";
import { type Question, useEvaluation } from "../../stores/evaluation.js";
import { useNotices } from "../../stores/notices.js";
import { useThreshold } from "../../stores/threshold.js";
import { texts } from "../../texts/index.js";

/** Has the run that is looked at decide by the threshold that is tried, at once. @returns a function that does */
export function useThresholdChoice(): () => void {
  const evaluation = useEvaluation();
  const threshold = useThreshold();
  const notices = useNotices();

  /** With a way back for the same run and target, whatever is looked at by then. */
  async function decide(asked: Question, next: number, before: number): Promise<void> {
    const error = await threshold.decide(asked, next);
    if (error) notices.complain(error.message);
    else notices.say(texts.evaluate.threshold.used(formatNumber(next)), { label: texts.undo, run: () => void decide(asked, before, next) });
  }

  return () => {
    const { question } = evaluation;
    const { value, own } = threshold;
    if (question && value !== undefined && own !== undefined) void decide(question, value, own);
  };
}
