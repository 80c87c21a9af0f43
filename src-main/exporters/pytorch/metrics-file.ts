import type { FittedTarget } from "../../features/fitted.js";

/** By kind of target, the metrics of `metrics.py`, called and computed as Lathe's (torchmetrics' definitions), and their Python. */
const METRICS: Readonly<Partial<Record<FittedTarget["type"], { readonly names: readonly string[]; readonly source: string }>>> = {
  binary: {
    names: ["accuracy", "precision", "recall", "f1", "auroc", "logloss"],
    source: `def binary(p, y, threshold):
    """p: probabilities of yes [N, 1]; y: 0 or 1 [N, 1]."""
    p, y = p.flatten().double(), y.flatten().double()
    said = (p > threshold).double()
    right, claimed, there = (said * y).sum().item(), said.sum().item(), y.sum().item()
    return {
        "accuracy": (said == y).double().mean().item(),
        "precision": ratio(right, claimed),
        "recall": ratio(right, there),
        "f1": ratio(2 * right, claimed + there),
        "auroc": auroc(p, y),
        "logloss": -torch.where(y == 1, p, 1 - p).clamp(EPSILON, 1 - EPSILON).log().mean().item(),
    }


def auroc(p, y):
    """How often a yes is ranked before a no, ties counting half."""
    values, place = torch.unique(p, return_inverse=True)
    yes, no = torch.bincount(place, y, len(values)), torch.bincount(place, 1 - y, len(values))
    below = no.cumsum(0) - no
    return ratio((yes * (below + no / 2)).sum().item(), (yes.sum() * no.sum()).item())
`,
  },
  category: {
    names: ["accuracy", "precision.macro", "recall.macro", "f1.macro", "logloss"],
    source: `def category(p, y, threshold):
    """p: probabilities [N, classes]; y: classes [N]. Averages are over classes that occur."""
    p, classes = p.double(), p.shape[1]
    said = p.argmax(1)
    confusion = torch.bincount(y * classes + said, minlength=classes**2).reshape(classes, classes).double()
    right, there, claimed = confusion.diag(), confusion.sum(1), confusion.sum(0)
    occurs = there + claimed > 0
    mean = lambda a, b: torch.where(b > 0, a / b.clamp(min=1), 0.0)[occurs].mean().item()
    return {
        "accuracy": (said == y).double().mean().item(),
        "precision.macro": mean(right, claimed),
        "recall.macro": mean(right, there),
        "f1.macro": mean(2 * right, claimed + there),
        "logloss": -p.gather(1, y[:, None]).clamp(EPSILON, 1 - EPSILON).log().mean().item(),
    }
`,
  },
  labels: {
    names: ["accuracy", "exact"],
    source: `def labels(p, y, threshold):
    """p: probabilities [N, labels]; y: 0 or 1 by label."""
    least = p.new_tensor(list(threshold.values())) if isinstance(threshold, dict) else threshold
    right = (p > least).double() == y.double()
    return {"accuracy": right.double().mean().item(), "exact": right.all(1).double().mean().item()}
`,
  },
  numeric: {
    names: ["mse", "rmse", "mae", "r2"],
    source: `def numeric(p, y, threshold):
    """p, y: numbers in their columns' own unit [N, columns]."""
    p, y = p.double(), y.double()
    error = ((p - y) ** 2).mean(0)
    variance = ((y - y.mean(0)) ** 2).mean(0)
    r2 = torch.where(variance > 0, 1 - error / variance, (error == 0).double())
    return {"mse": error.mean().item(), "rmse": error.mean().sqrt().item(), "mae": (p - y).abs().mean().item(), "r2": r2.mean().item()}
`,
  },
};

/** What of a target `metrics.py` measures. */
export function measured(type: FittedTarget["type"]): readonly string[] {
  return METRICS[type]?.names ?? [];
}

/** `metrics.py`. */
export function metricsFile(targets: readonly FittedTarget[]): string {
  const kinds = [...new Set(targets.map(({ type }) => type))];
  const body = kinds.map((type) => METRICS[type]?.source ?? "").join("\n\n");
  const epsilon = body.includes("EPSILON") ? "# Probabilities are kept this far from 0 and 1: float32's.\nEPSILON = 2.0**-23\n\n\n" : "\n";
  const ratio = body.includes("ratio(") ? 'def ratio(a, b):\n    """a / b, and 0 where b is 0."""\n    return a / b if b else 0.0\n\n\n' : "";
  return `"""How good answers are, target by target."""
import torch

${epsilon}${ratio}${body}

MEASURES = {${kinds.map((type) => `"${type}": ${type}`).join(", ")}}


def measure(spec, answers, truths, threshold):
    """Metrics of one target, by name."""
    return MEASURES[spec["type"]](answers, truths, threshold)
`;
}
