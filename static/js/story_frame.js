/** Draws the frame of the story's figure: the weeks, the doses' guides, the next visit's window, the end. */

import { add, text, upright, widthOf } from "./story_shapes.js";
import { pgettext } from "./words.js";

const ABOVE = 32; // how far the lines of the next visit and of the end rise above the panels

function flag(into, place, classes, moment, words) {
  const x = place.x(moment.day);
  upright(into, classes, x, [place.plotted[0] - ABOVE, place.plotted[1]]);
  const before = x + widthOf(words) + 8 > place.width;
  text(into, "story-flag", words, x + (before ? -5 : 5), place.plotted[0] - ABOVE - 4, before ? "end" : "start");
}

function drawWindow(into, place, moment) {
  const [from, to] = [place.x(moment.opens), place.x(moment.closes)];
  const [top, bottom] = [place.plotted[0] - ABOVE, place.plotted[1]];
  add(into, "rect", "story-window", { x: from, width: Math.max(3, to - from), y: top, height: bottom - top });
  const date = place.narrow ? "" : ` ${moment.on}`;
  flag(into, place, "story-due", moment, `${moment.title}${date}${moment.isOverdue ? pgettext("after the next visit", ", overdue") : ""}`);
}

export function drawFrame(into, story, place) {
  const { x, plotted, left, right, axisY } = place;
  for (const moment of story.moments) {
    if (moment.kind === "next") drawWindow(into, place, moment);
    const ended = place.narrow ? moment.title : `${moment.title}: ${moment.words}`;
    if (moment.kind === "end") flag(into, place, "story-end", moment, ended);
  }
  for (const dose of place.doses) upright(into, "story-guide", dose.x, [plotted[0], place.doseY]);
  const axis = d3.axisBottom(x).tickValues(place.ticks).tickFormat((day) => 1 + day / 7).tickSize(4).tickPadding(4);
  const drawn = add(into, "g", "story-axis", { transform: `translate(0,${axisY})` }).call(axis);
  drawn.select(".domain").attr("d", `M${left},0H${right}`);
  text(into, "story-unit", pgettext("head of an axis", "Week"), 0, axisY + 16);
}
