interface Judged {
  readonly truth: string | undefined;
  readonly predicted: string | undefined;
}

/** The classes, at most `most`, that others are mistaken for, or that are mistaken, most often; where that says nothing, the most frequent. In their order. */
export function mostMistaken(classes: readonly string[], judged: readonly Judged[], most: number): readonly string[] {
  const counts = new Map(classes.map((name) => [name, { mistakes: 0, rows: 0 }]));
  for (const { truth, predicted } of judged) {
    const count = counts.get(truth ?? "");
    if (!count) continue;
    count.rows++;
    if (predicted === undefined || predicted === truth) continue;
    count.mistakes++;
    const other = counts.get(predicted);
    if (other) other.mistakes++;
  }
  const places = [...counts].sort(([, a], [, b]) => b.mistakes - a.mistakes || b.rows - a.rows).slice(0, most);
  const chosen = new Set(places.map(([name]) => name));
  return classes.filter((name) => chosen.has(name));
}
