/** The few shapes that the story's figure is made of. */

export const LETTER = 6.3; // pixels a letter takes, on the average
export const SMALL = 0.92; // the small texts' size

/* Letters of Japanese and Chinese are as wide as two of ours. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;
const lettersOf = (words) => words.length + (words.match(WIDE)?.length ?? 0);

export const widthOf = (words, size = 1) => lettersOf(words) * LETTER * size;

/** The words, or as much of their beginning as fits into the width, with … behind it. */
export function cutTo(words, width, size = 1) {
  let cut = words;
  while (cut && widthOf(cut === words ? cut : `${cut}…`, size) > width) cut = cut.slice(0, -1);
  return cut === words ? words : `${cut}…`;
}

const SHAPES = {
  fell: [d3.symbolTriangle, 62],
  first: [d3.symbolCircle, 38],
  second: [d3.symbolSquare, 36],
  dose: [d3.symbolDiamond, 52],
};

export function add(into, name, classes, attributes = {}) {
  const made = into.append(name).attr("class", classes);
  for (const [key, value] of Object.entries(attributes)) made.attr(key, value);
  return made;
}

export const text = (into, classes, words, x, y, anchor = "start") =>
  add(into, "text", classes, { x, y, "text-anchor": anchor }).text(words);

export const upright = (into, classes, x, [y1, y2]) => add(into, "line", classes, { x1: x, x2: x, y1, y2 });

export const level = (into, classes, [x1, x2], y) => add(into, "line", classes, { x1, x2, y1: y, y2: y });

/** A mark at a place; the triangle of a fall points down. */
export function mark(into, kind, classes, x, y, share = 1) {
  const [type, size] = SHAPES[kind];
  const turned = kind === "fell" ? " rotate(180)" : "";
  const d = d3.symbol(type, size * share)();
  return add(into, "path", classes, { d, transform: `translate(${x},${y})${turned}` });
}
