/** A run's pictures as its network's features have them. */
export const featuresTexts = {
  title: "By features",
  about:
    "What the network makes of a picture before it decides is a row of numbers, its features. Pictures that it takes for alike lie near each other in them: " +
    "see all of them on a map, find copies, strangers, and labels worth a second look.",
  look: "Look through all pictures",
  failed: "The pictures cannot be looked through",
  verdict: (pictures: string, numbers: string) => `${pictures} pictures, each told by ${numbers} features.`,
  map: "Map of all pictures",
  mapAbout: (first: string, second: string) =>
    `The first two principal components of the features (PCA), which have ${first} and ${second} of their variance: what lies apart here is apart, what lies ` +
    "together may not be.",
  hint: "Click a point to see its picture, or go from one to the next with the arrow keys",
  point: (name: string, truth: string, part: string) => `${name}: ${truth}, ${part.toLowerCase()}`,
  pointTaken: (name: string, truth: string, predicted: string, part: string) => `${name}: ${truth}, predicted as ${predicted}, ${part.toLowerCase()}`,
  summary: (pictures: string) => `Map of ${pictures} pictures by their features; the arrow keys go from one to the nearest in that direction`,
  noClass: "no class",
  legend: "Colours of classes",
  others: (n: number) => (n === 1 ? "1 other class" : `${n} other classes`),
  color: "Colour a class…",
  colorless: (name: string) => `Take the colour from ${name}`,
  colorsUsed: (most: number) => `${most} classes have a colour; take one away first`,
  wrong: "predicted wrongly",
  axes: ["first component", "second component"],
  heads: { picture: "Picture", truth: "Class", predicted: "Predicted", part: "Part" },
  chosen: "Picture of the map",
  nothingChosen: "Choose a point of the map.",
  taken: (truth: string, predicted: string) => (truth === predicted ? `${truth}, predicted correctly` : `${truth}, predicted as ${predicted}`),
  nearest: "Nearest training pictures",
  nearestAbout: "By the cosine of their features: 1 is the same to the network.",
  findNearest: "Find the nearest training pictures",
  findHint: "The first time, all pictures of this run are looked through.",
  nearestFailed: "The nearest pictures cannot be found",
  similarity: (value: string) => `similarity ${value}`,
  none: "none",
  duplicates: "Near duplicates",
  duplicatesText: (pairs: string, above: string) =>
    `${pairs} whose features have a similarity above ${above}, unusually near for these pictures: worth a look. Copies that the Data screen finds by their ` +
    "pixels are among them.",
  pairs: (n: string, one: boolean) => (one ? `${n} pair of pictures` : `${n} pairs of pictures`),
  noDuplicates: "No pictures are unusually near each other.",
  leak: (n: string, one: boolean) =>
    `${n} test ${one ? "picture has" : "pictures have"} a near duplicate among those trained on: the exam contains what was learnt, so that the test looks ` +
    "better than it is.",
  leakValidation: (n: string, one: boolean) =>
    `${n} validation ${one ? "picture has" : "pictures have"} a near duplicate among those trained on: validation looks better than it is.`,
  outliers: "Far from all others",
  outliersText: (n: string, one: boolean) =>
    `${n} ${one ? "picture is" : "pictures are"} unusually far from ${one ? "its" : "their"} nearest five: worth a look, since what is broken, cropped ` +
    "wrongly, or of something else lies there.",
  noOutliers: "No picture is unusually far from all others.",
  more: (n: string) => `Show ${n} more`,
  and: "and",
  open: (name: string) => `Show ${name} on the map`,
} as const;
