import { describe, expect, it } from "vitest";
import { type Dialect, type GivenDialect, sniffDialect } from "../../../../src-main/datasets/sources/csv-dialect.js";

const rows = (row: (i: number) => string, n = 20) => Array.from({ length: n }, (_, i) => `${row(i)}\n`).join("");
const pick = (words: readonly string[], i: number) => words[(i * 7 + (i >> 2)) % words.length] ?? "";
const colours = ["red", "blue", "green"];
const sizes = ["small", "large"];
const numbers = (i: number) => `${i},${i * 1.5},${i % 2}`;

interface Case {
  readonly text: string;
  readonly given?: GivenDialect;
  readonly expected: Partial<Dialect> & { readonly rows?: number };
}

const cases: Readonly<Record<string, Case>> = {
  "a word above numbers is a name": { text: `a,b,y\n${rows(numbers)}`, expected: { hasHeader: true, headerBy: "found", names: ["a", "b", "y"], rows: 20 } },
  "a word above numbers with units is a name": {
    text: `a,b,y\n${rows((i) => `"$1,${200 + i}",${i}.5 %,yes${i % 3}`)}`,
    expected: { hasHeader: true, headerBy: "found", names: ["a", "b", "y"], rows: 20 },
  },
  "numbers with units above such numbers are data": {
    text: rows((i) => `"$1,${200 + ((i * 7) % 20)}.00",${(i * 7) % 20}.5 %,w${i}`),
    expected: { hasHeader: false, rows: 20 },
  },
  "the same with decimal commas": {
    text: rows((i) => `1.2${10 + ((i * 7) % 20)},50 \u20ac;${(i * 7) % 20},5 %;w${i}`),
    expected: { hasHeader: false, delimiter: ";", rows: 20 },
  },
  "words that recur in their own columns are data": {
    text: rows((i) => `${pick(colours, i)},${pick(sizes, i)},${i % 2 ? "edible" : "poisonous"}`),
    expected: { hasHeader: false, headerBy: "found", names: ["column1", "column2", "column3"], rows: 20 },
  },
  "words above words that repeat, none of which stands above, are names": {
    text: `colour,size,class\n${rows((i) => `${pick(colours, i)},${pick(sizes, i)},${i % 2 ? "edible" : "poisonous"}`)}`,
    expected: { hasHeader: true, headerBy: "found", names: ["colour", "size", "class"] },
  },
  "words above words that are all different may be either": {
    text: `first,last\n${rows((i) => `Ann${i},Lee${i}`)}`,
    expected: { hasHeader: true, headerBy: "likely" },
  },
  "a header that stands once more in the middle stays a header": {
    text: `a,b,y\n${rows(numbers)}a,b,y\n${rows(numbers)}`,
    expected: { hasHeader: true, names: ["a", "b", "y"] },
  },
  "years are names": {
    text: `country,2019,2020,2021\n${rows((i) => `${pick(["AT", "DE", "LV"], i)},${i * 3},${i + 0.5},${100 - i}`)}`,
    expected: { hasHeader: true, names: ["country", "2019", "2020", "2021"], rows: 20 },
  },
  "years alone are names": { text: `2019,2020,2021\n${rows((i) => `${i * 3},${i + 0.5},${100 - i}`)}`, expected: { hasHeader: true } },
  "wavelengths are names": {
    text: `400.5,410.5,420.5,y\n${rows((i) => `${(i * 7) % 11},${(i * 5) % 13},${(i * 3) % 17},${i % 2}`)}`,
    expected: { hasHeader: true, names: ["400.5", "410.5", "420.5", "y"] },
  },
  "columns numbered from 0 are names": {
    text: `0,1,2,3,label\n${rows((i) => `${(i * 7) % 11},${(i * 5) % 13},${(i * 3) % 17},${(i * 2) % 7},${pick(["cat", "dog"], i)}`)}`,
    expected: { hasHeader: true, names: ["0", "1", "2", "3", "label"] },
  },
  "numbers and a word that recurs are data": {
    text: rows((i) => `${5 + (i % 3) / 10},${3 + (i % 4) / 10},${pick(["setosa", "virginica"], i)}`),
    expected: { hasHeader: false, rows: 20 },
  },
  "a missing word is no name": { text: `?,2,red\n${rows((i) => `${i},${i % 5},${pick(colours, i)}`)}`, expected: { hasHeader: false, rows: 21 } },
  "a stray word among numbers like those below is no name": {
    text: `unknown,2,3,1\n${rows((i) => `${i},${i % 5},${i % 7},${i % 2}`)}`,
    expected: { hasHeader: false, rows: 21 },
  },
  "the target's name proves the header": {
    text: `red,small,edible\n${rows((i) => `${pick(colours, i)},${pick(sizes, i)},${i % 2 ? "edible" : "poisonous"}`)}`,
    given: { names: ["edible"] },
    expected: { hasHeader: true, headerBy: "names", names: ["red", "small", "edible"] },
  },
  "made-up names prove that there is none": { text: `north,7\nsouth,8\n`, given: { names: ["column1", "column2"] }, expected: { hasHeader: false, rows: 2 } },
  "what the user says goes": {
    text: `a,b,y\n${rows(numbers)}`,
    given: { header: false },
    expected: { hasHeader: false, headerBy: "given", names: ["column1", "column2", "column3"], rows: 21 },
  },
  "a comment with as many fields as the table": {
    text: `# site A, batch 7, lab 3\nage,city,y\n${rows((i) => `${i},${pick(["Riga", "Oslo"], i)},${i % 2}`)}`,
    expected: { comment: "#", comments: 1, hasHeader: true, names: ["age", "city", "y"], rows: 20 },
  },
  "comments above, of several lines": {
    text: `# made by a machine\n# second line, with a comma\n\na,b,y\n${rows(numbers)}`,
    expected: { comment: "#", comments: 2, names: ["a", "b", "y"], rows: 20 },
  },
  "per cents and slashes": { text: `// lab\n// day\na,b,y\n${rows(numbers)}`, expected: { comment: "//", comments: 2, names: ["a", "b", "y"] } },
  "a title of one word above two columns is no header of R's": {
    text: `Sales\nweight\tprice\n${rows((i) => `${i}.5\t${i * 3}`)}`,
    expected: { title: ["Sales"], rowNames: false, names: ["weight", "price"], rows: 20 },
  },
  "R's header above one column": { text: `mpg\n${rows((i) => `car${i}\t${i * 3}`)}`, expected: { title: [], rowNames: true, names: ["row", "mpg"], rows: 20 } },
  "blanks part numbers and missing words too": {
    text: `a  b\n${rows((i) => `${i % 5 ? i : "NA"}  ${i % 7 ? i * 3 : "?"}`)}`,
    expected: { delimiter: "blanks", names: ["a", "b"], rows: 20 },
  },
  "Excel's #N/A at the start of a row is no comment": {
    text: `# by hand\na,b,y\n${rows((i) => `${i % 9 === 4 ? "#N/A" : i},${i * 1.5},${i % 2}`)}`,
    expected: { comment: "#", comments: 1, names: ["a", "b", "y"], rows: 20 },
  },
  "comments in the middle": {
    text: `a,b,y\n${rows(numbers)}# sensor restarted\n${rows(numbers)}`,
    expected: { comment: "#", comments: 1, names: ["a", "b", "y"], rows: 40 },
  },
  "values that begin with # are values": {
    text: `colour,n\n${rows((i) => `#ff00${10 + i},${i}`)}`,
    expected: { comments: 0, names: ["colour", "n"], rows: 20 },
  },
  "a # in quotes, at the start of a line, is text": {
    text: `text,n\n${rows((i) => `"one\n# two",${i}`)}`,
    expected: { comments: 0, names: ["text", "n"], rows: 20 },
  },
  "a column called #": { text: `#,name,n\n${rows((i) => `${i},x${i},${i % 3}`)}`, expected: { comments: 0, names: ["#", "name", "n"] } },
  "a column called % fat": { text: `% fat,n,y\n${rows(numbers)}`, expected: { comments: 0, names: ["% fat", "n", "y"], rows: 20 } },
  "names behind a comment mark": {
    text: `# measured in May\n# a b y\n${rows((i) => `${i} ${i * 1.5} ${i % 2}`)}`,
    expected: { comment: "#", comments: 2, namesBehindComment: true, hasHeader: false, names: ["a", "b", "y"], rows: 20 },
  },
  "no comments where the user says none": { text: `#x,b,y\n${rows(numbers)}`, given: { comment: "none" }, expected: { comments: 0, names: ["#x", "b", "y"] } },
  "a title and a blank line": {
    text: `Sales by region\n\na,b,y\n${rows(numbers)}`,
    expected: { title: ["Sales by region"], titleLines: 2, names: ["a", "b", "y"], rows: 20 },
  },
  "a title of two lines with a comma in one": {
    text: `Sales\nVienna, 2024\na,b,y\n${rows(numbers)}`,
    expected: { title: ["Sales", "Vienna, 2024"], titleLines: 2, names: ["a", "b", "y"] },
  },
  "lines that are to be skipped": {
    text: `x,y,z\n7,8,9\na,b,y\n${rows(numbers)}`,
    given: { skip: 2 },
    expected: { skip: 2, titleLines: 0, title: [], names: ["a", "b", "y"], rows: 20 },
  },
  "several blanks between columns": {
    text: `  a    b  y\n${rows((i) => `${String(i).padStart(3)}   ${i * 1.5}  ${i % 2}`)}`,
    expected: { delimiter: "blanks", names: ["a", "b", "y"], rows: 20 },
  },
  "blanks, and a tab before a quoted text": {
    text: rows((i) => `${i}.0   8   30${i % 10}.0\t"chevrolet ${pick(colours, i)}"`),
    expected: { delimiter: "blanks", hasHeader: false, names: ["column1", "column2", "column3", "column4"], rows: 20 },
  },
  "a sentence in a row is no table of blanks": { text: `note\n${rows(() => "all is well")}`, expected: { delimiter: ",", names: ["note"] } },
  "R's row names": {
    text: `"a" "b" "y"\n${rows((i) => `"${i + 1}" ${i} ${i * 1.5} ${i % 2}`)}`,
    expected: { rowNames: true, names: ["row", "a", "b", "y"], rows: 20 },
  },
  "R's row names between commas": {
    text: `"a","b","y"\n${rows((i) => `"car ${i}",${numbers(i)}`)}`,
    expected: { rowNames: true, names: ["row", "a", "b", "y"], rows: 20 },
  },
  "an unquoted comma in every row is none of R's": {
    text: `name,price\n${rows((i) => `thing ${i},1,200`)}`,
    expected: { rowNames: false, names: ["name", "price"] },
  },
};

describe("where a table begins", () => {
  it.each(Object.entries(cases))("%s", (_, { text, given, expected: { rows: count, ...expected } }) => {
    const { sample, ...dialect } = sniffDialect(text, true, given);
    expect(dialect).toMatchObject(expected);
    if (count !== undefined) expect(sample.length).toBe(count);
  });
});
