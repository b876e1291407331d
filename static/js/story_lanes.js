/** Where the doses with their lots, and the adverse events stand, so that no words hide others. */

import { SMALL, cutTo, widthOf } from "./story_shapes.js";
import { gettext, pgettext } from "./words.js";

const BOLD = 1.12;
const NEARLY_ALL = 0.8;

/** The days of treatment at one visit are one mark: they lie within a few pixels. */
export function doseMarks(moments, x) {
  const given = moments.filter((moment) => moment.kind === "dose");
  return [...d3.group(given, (moment) => moment.at).values()].map((days) => ({
    days,
    x: x(days[0].day),
    middle: x((days[0].day + days.at(-1).day) / 2),
    words: doseWords(days),
    lots: [...new Set(days.map((day) => day.lots).filter(Boolean))].join(", "),
  }));
}

function doseWords(days) {
  const amounts = days.map((day) => day.given).filter(Boolean);
  if (!amounts.length) return "";
  const alike = days.length > 1 && amounts.length === days.length && new Set(amounts).size === 1;
  return `${alike ? `${days.length} × ${amounts[0]}` : amounts.join(" + ")} ${days[0].unit}`;
}

/** The labels that fit beside each other: what differs from the one before comes first; where few fit, only that. */
export function fitting(labels) {
  const said = labels.filter(({ words }) => words);
  const isNew = (label, place) => label.words !== said[place - 1]?.words;
  const half = ({ words }) => widthOf(words, SMALL) / 2;
  const kept = [];
  const keep = (label) => {
    const isFree = kept.every((other) => Math.abs(other.x - label.x) > half(other) + half(label) + 3);
    if (isFree) kept.push(label);
  };
  said.filter(isNew).forEach(keep);
  const changes = [...kept];
  said.filter((label, place) => !isNew(label, place)).forEach(keep);
  return kept.length < said.length * NEARLY_ALL ? changes : kept;
}

/** From the first to the last dose of the same lots in a row. */
export function lotSpans(doses) {
  const spans = [];
  for (const dose of doses.filter((one) => one.lots)) {
    if (spans.at(-1)?.words === dose.lots) spans.at(-1).to = dose.middle;
    else spans.push({ words: dose.lots, from: dose.middle, to: dose.middle });
  }
  return spans.map((span) => ({ ...span, x: Math.max((span.from + span.to) / 2, widthOf(span.words, SMALL) / 2) }));
}

/** Each event in the first lane where its bar and its words hide nothing. */
export function eventBars(moments, x, edges, narrow) {
  const lanes = [];
  const at = (day) => Math.min(edges[1], Math.max(edges[0], x(day)));
  return moments.filter((moment) => moment.kind === "event").map((moment) => {
    const from = at(moment.day);
    const to = Math.max(at(moment.until), from + 5);
    const label = eventLabel(moment, from, to, edges, narrow);
    const lane = freeLane(lanes, Math.min(from, label.from), Math.max(to, label.to));
    return { moment, from, to, sure: [at(moment.sureFrom), at(moment.sureTo)], lane, label };
  });
}

const SEVERITIES = {
  mild: () => pgettext("severity, after the name of an event", ", mild"),
  moderate: () => pgettext("severity, after the name of an event", ", moderate"),
  severe: () => pgettext("severity, after the name of an event", ", severe"),
};

function howSevere({ severity, isSerious }) {
  const words = SEVERITIES[severity]?.() ?? (severity ? `, ${severity}` : gettext(", severity?"));
  return words + (isSerious ? pgettext("after the name of an event", ", serious") : "");
}

/** Its words stand behind its bar, before it where the edge is near, above it on a phone. */
function eventLabel(moment, from, to, [left, right], narrow) {
  const how = howSevere(moment);
  const size = moment.isSerious ? BOLD : 1;
  const words = cutTo(moment.title, right - left - widthOf(how, size), size) + how;
  const wide = widthOf(words, size);
  const arrow = moment.isOpen ? 6 : 0;
  const before = !narrow && to + wide + 14 > right && from - wide - 8 >= left;
  const close = Math.max(left, Math.min(from, right - wide));
  const start = narrow ? close : before ? from - 6 - wide : to + 6 + arrow;
  const [place, anchor] = before ? [from - 6, "end"] : [start, "start"];
  return { words, x: place, anchor, above: narrow, from: start, to: start + wide };
}

function freeLane(lanes, from, to) {
  const free = lanes.findIndex((taken) => taken.every(([a, b]) => to < a - 8 || from > b + 8));
  const lane = free < 0 ? lanes.push([]) - 1 : free;
  lanes[lane].push([from, to]);
  return lane;
}
