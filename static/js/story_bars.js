/** Draws what lies below the measures: the treatment with dose and lot, the adverse events as bars. */

import { add, level, mark, text } from "./story_shapes.js";
import { gettext } from "./words.js";

const HEIGHT = { mild: 4, moderate: 8, severe: 12 };
const STRIPES = "story-stripes";

/** What a mark without a dose means. It may not be read as the dose before unless it is the same. */
function unlabelled(doses, labels) {
  const given = doses.filter((dose) => dose.words);
  const shown = new Set(labels.map((label) => label.x));
  if (given.every((dose) => shown.has(dose.middle))) return "";
  let last = null;
  const isAsBefore = given.every((dose) => {
    if (shown.has(dose.middle)) last = dose.words;
    return dose.words === last;
  });
  const isWhole = isAsBefore && given.length === doses.length;
  return isWhole ? gettext("no dose written: as before") : gettext("not every dose fits: see the table");
}

export function drawDoses(into, { treatments }, place) {
  const { doses, doseY, x } = place;
  if (!doses.length) return;
  const head = text(into, "story-title", treatments, 0, doseY - 12);
  add(head, "tspan", "story-from").text(`  ${unlabelled(doses, place.doseLabels)}`);
  for (const day of doses.flatMap((dose) => dose.days)) mark(into, "dose", "story-dose", x(day.day), doseY);
  for (const label of place.doseLabels) text(into, "story-small", label.words, label.x, doseY + 20, "middle");
  for (const lot of place.lots) level(into, "story-lot", [lot.from - 4, lot.to + 4], doseY + 27);
  for (const label of place.lotLabels) text(into, "story-small", label.words, label.x, doseY + 40, "middle");
}

export function drawEvents(into, place) {
  if (!place.events.length) return;
  text(into, "story-title", gettext("Adverse events"), 0, place.eventsTop - 4);
  for (const event of place.events) drawEvent(into, event, place.laneY(event.lane));
}

/** Dotted while the date is known in part, a bar while it surely lasted, an arrow where it has no end. */
function drawEvent(into, { moment, from, to, sure, label }, y) {
  const height = HEIGHT[moment.severity] ?? HEIGHT.mild;
  level(into, "story-unsure", [from, to], y);
  if (sure[0] <= sure[1]) {
    const size = { x: sure[0], width: Math.max(4, sure[1] - sure[0]), y: y - height / 2, height };
    add(into, "rect", `story-event is-${moment.severity || "unknown"}`, { ...size, fill: `url(#${STRIPES})` });
  }
  if (moment.isOpen) add(into, "path", "story-open", { d: `M${to},${y - 5}l6,5l-6,5` });
  const classes = `story-event-name${moment.isSerious ? " is-serious" : ""}`;
  text(into, classes, label.words, label.x, y + (label.above ? -10 : 4), label.anchor);
}

/** Stripes for moderate events: told apart without colour, on the screen and on paper. */
export function drawPatterns(svg) {
  const units = { patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const pattern = add(svg.append("defs"), "pattern", "", { id: STRIPES, width: 4, height: 4, ...units });
  add(pattern, "rect", "story-stripe-ground", { width: 4, height: 4 });
  add(pattern, "rect", "story-stripe", { width: 2, height: 4 });
}
