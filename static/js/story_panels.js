/** Draws one panel of the story's figure: the lines of its measures, the baseline's band, falls and missed visits. */

import { add, mark, text } from "./story_shapes.js";
import { gettext, pgettext } from "./words.js";

const PHONE_MARK = 0.6;
const ROOM = 44; // pixels that the words of a fall need below it
const side = (second) => (second ? "is-second" : "is-first");

/** What the reader must know of the panel: where its axis begins, around which values the bands lie. */
function asides({ y, series }, narrow) {
  const [from] = y.domain();
  const bands = series.filter(({ baseline }) => baseline !== null);
  const named = bands.map(({ name, baseline }) => `${name} ${baseline}`).join(gettext(", "));
  const [{ baseline, threshold }] = bands.length ? bands : series;
  const band = bands.length > 1 ? gettext("bands: baseline ± {threshold} ({values})", { threshold, values: named })
    : gettext("band: baseline {baseline} ± {threshold}", { baseline, threshold });
  return [from > series[0].scale[0] && gettext("axis from {from}", { from }), !narrow && bands.length && band].filter(Boolean);
}

function drawRules(into, panel, { left, right, narrow }) {
  const { y, top, title, key } = panel;
  const head = text(into, "story-title", title, 0, top - 12 - key);
  add(head, "tspan", "story-from").text(`  ${asides(panel, narrow).join(" · ")}`);
  const axis = d3.axisLeft(y).ticks(4).tickSize(left - right);
  add(into, "g", "story-axis", { transform: `translate(${left},0)` }).call(axis).select(".domain").remove();
}

function drawBand(into, { baseline, threshold }, second, { y, top, bottom }, { x, right }) {
  if (baseline === null) return;
  const inside = (value) => Math.min(bottom, Math.max(top, y(value)));
  const [low, high] = [inside(baseline - threshold), inside(baseline + threshold)];
  const [from, height] = [x(0), low - high];
  add(into, "rect", `story-band ${side(second)}`, { x: from, width: right - from, y: high, height });
}

/** A line from value to value, faint across a missed visit; gives the last moment that has a value. */
function drawLine(into, series, second, panel, story, { x, narrow }) {
  const { key } = series;
  const value = (moment) => panel.y(moment.points[key].value);
  const line = d3.line((moment) => x(moment.day), value);
  const seen = story.moments.filter((moment) => moment.points[key]);
  const missed = story.moments.filter((moment) => moment.kind === "missed");
  for (const pair of d3.pairs(seen)) {
    const gap = missed.some(({ day }) => day > pair[0].day && day < pair[1].day);
    add(into, "path", `story-line ${side(second)}${gap ? " story-gap" : ""}`, { d: line(pair) });
  }
  for (const moment of seen) {
    const { fell } = moment.points[key];
    const [kind, also] = fell ? ["fell", " has-fallen"] : [second ? "second" : "first", ""];
    mark(into, kind, `story-point ${side(second)}${also}`, x(moment.day), value(moment), narrow ? PHONE_MARK : 1);
    if (fell) drawFall(into, moment, series, panel, [x(moment.day), value(moment)], narrow);
  }
  return seen.at(-1);
}

/** By how much it fell; below, the days since the last dose: a fall long after it is a wear-off. */
function drawFall(into, moment, { key }, panel, [x, y], narrow) {
  const words = `−${Math.abs(moment.points[key].change)}`;
  const others = panel.series.filter((other) => other.key !== key && moment.points[other.key]);
  const isBelow = (other) => panel.y(moment.points[other.key].value) - y;
  if (others.some((other) => isBelow(other) > 0 && isBelow(other) < ROOM)) {
    text(into, "story-fell", words, x - 8, y + 6, "end");
    return;
  }
  text(into, "story-fell", words, x, y + 19, "middle");
  if (!narrow && moment.since) text(into, "story-small story-since", gettext("{number} d", { number: moment.since }), x, y + 32, "middle");
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
    if (panel === place.panels[0]) text(into, "story-missed-word", pgettext("state of a visit", "missed"), place.x(day), panel.bottom - 20, "middle");
  }
}
