/** Draws one panel of the story's figure: the lines of its measures, the baseline's band, falls and missed visits. */

import { add, mark, text } from "./story_shapes.js";

const PHONE_MARK = 0.6;
const side = (second) => (second ? "is-second" : "is-first");

function drawRules(into, panel, { left, right }) {
  const { y, top, title, series, key } = panel;
  const head = text(into, "story-title", title, 0, top - 12 - key);
  const [from] = y.domain();
  if (from > series[0].scale[0]) add(head, "tspan", "story-from").text(`  axis from ${from}`);
  const axis = d3.axisLeft(y).ticks(4).tickSize(left - right);
  add(into, "g", "story-axis", { transform: `translate(${left},0)` }).call(axis).select(".domain").remove();
}

function drawBand(into, { baseline, threshold }, second, { y, top, bottom }, { x, right, narrow }) {
  if (baseline === null) return;
  const inside = (value) => Math.min(bottom, Math.max(top, y(value)));
  const [low, high] = [inside(baseline - threshold), inside(baseline + threshold)];
  const [from, height] = [x(0), low - high];
  add(into, "rect", `story-band ${side(second)}`, { x: from, width: right - from, y: high, height });
  if (!narrow) text(into, "story-small", `${baseline} ± ${threshold}`, right + 8, (low + high) / 2 + 4);
}

/** A line from value to value, faint across a missed visit; gives the last moment that has a value. */
function drawLine(into, { key }, second, { y }, story, { x, narrow }) {
  const value = (moment) => y(moment.points[key].value);
  const line = d3.line((moment) => x(moment.day), value);
  const seen = story.moments.filter((moment) => moment.points[key]);
  const missed = story.moments.filter((moment) => moment.kind === "missed");
  for (const pair of d3.pairs(seen)) {
    const gap = missed.some(({ day }) => day > pair[0].day && day < pair[1].day);
    add(into, "path", `story-line ${side(second)}${gap ? " story-gap" : ""}`, { d: line(pair) });
  }
  for (const moment of seen) {
    const { fell, change } = moment.points[key];
    const [kind, also] = fell ? ["fell", " has-fallen"] : [second ? "second" : "first", ""];
    mark(into, kind, `story-point ${side(second)}${also}`, x(moment.day), value(moment), narrow ? PHONE_MARK : 1);
    if (fell) text(into, "story-fell", `−${Math.abs(change)}`, x(moment.day), value(moment) + 19, "middle");
  }
  return seen.at(-1);
}

/** The name of each line with its last value: behind the line, or on a phone as a key above the panel. */
function drawNames(into, ends, panel, { x, left, narrow }) {
  const names = ends.filter(([, moment]) => moment).map(([{ key, name }, moment]) => {
    const { text: last, value } = moment.points[key];
    return { words: `${name} ${last}`, x: x(moment.day) + 9, y: panel.y(value) };
  });
  if (narrow) return panel.key && drawKey(into, names, panel.top - 15, left + 6);
  const [upper, lower] = [...names].sort((a, b) => a.y - b.y);
  const middle = lower && (upper.y + lower.y) / 2;
  if (lower && lower.y - upper.y < 14) [upper.y, lower.y] = [middle - 7, middle + 7];
  for (const name of names) text(into, "story-name", name.words, name.x, name.y + 4);
}

function drawKey(into, names, y, left) {
  names.forEach(({ words }, place) => {
    const x = left + place * 120;
    mark(into, place ? "second" : "first", `story-point ${side(place)}`, x, y);
    text(into, "story-name", words, x + 9, y + 4);
  });
}

export function drawPanel(into, panel, story, place) {
  drawRules(into, panel, place);
  panel.series.forEach((series, number) => drawBand(into, series, number > 0, panel, place));
  const ends = panel.series.map((series, number) => [series, drawLine(into, series, number > 0, panel, story, place)]);
  drawNames(into, ends, panel, place);
  for (const { day } of story.moments.filter((moment) => moment.kind === "missed")) {
    text(into, "story-missed", "✕", place.x(day), panel.bottom - 6, "middle");
    if (panel === place.panels[0]) text(into, "story-missed-word", "missed", place.x(day), panel.bottom - 20, "middle");
  }
}
