/** The few shapes that the story's figure is made of. */

export const LETTER = 6.3; // pixels a letter takes, on the average
export const SMALL = 0.92; // the small texts' size

export const widthOf = (words, size = 1) => words.length * LETTER * size;

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
