/** Where everything of the story's figure stands, for the width there is. */

import { doseMarks, eventBars, fitting, lotSpans } from "./story_lanes.js";
import { gettext } from "./words.js";

const LABELS = 34;
const TOP = 24;
const HEAD = 40;
const KEY = 16;
const LEAST_SHARE = 0.12; // of the scale is always shown, so that a small change does not look like a fall
const STEPS = [1, 2, 3, 4, 6];

function extent(panel, moments) {
  const points = moments.flatMap((moment) => panel.series.map((series) => moment.points[series.key]));
  const bands = panel.series.filter((series) => series.baseline !== null);
  const edges = bands.flatMap(({ baseline, threshold }) => [baseline - threshold, baseline + threshold]);
  const [low, high] = panel.series[0].scale;
  const [from, to] = d3.extent([...points.filter(Boolean).map((point) => point.value), ...edges]);
  const lacking = Math.max(0, (high - low) * LEAST_SHARE - (to - from)) / 2;
  return [Math.max(low, from - lacking), Math.min(high, to + lacking)];
}

/** The panels under each other, from `y` on. */
function panelsFrom(y, story, narrow) {
  let bottom = y;
  return story.panels.map((panel) => {
    const key = narrow && panel.series.length > 1 ? KEY : 0;
    const top = bottom + HEAD + key;
    bottom = top + (narrow ? 130 : 160);
    const scale = d3.scaleLinear(extent(panel, story.moments), [bottom, top]).nice(4);
    return { ...panel, key, top, bottom, y: scale };
  });
}

/** Every so many scheduled visits have their week written, as many as fit. */
function weeks(ticks, room) {
  const step = STEPS.find((n) => (n * room) / ticks.length >= 24) ?? 8;
  return ticks.filter((_, place) => place % step === 0);
}

export function layOut(story, width) {
  const narrow = width < 640;
  const [left, right] = [LABELS, width - (narrow ? 12 : 104)];
  const x = d3.scaleLinear([story.first, story.last], [left + 8, right]);
  const panels = panelsFrom(TOP, story, narrow);
  const plotted = [panels[0]?.top ?? TOP + HEAD, panels.at(-1)?.bottom ?? TOP + HEAD];

  const doses = doseMarks(story.moments, x);
  const lots = lotSpans(doses);
  const doseY = plotted[1] + 44;
  const dosesEnd = doses.length ? doseY + (lots.length ? 42 : 26) : plotted[1];

  const events = eventBars(story.moments, x, [left, width - 8], narrow);
  const laneHeight = narrow ? 30 : 18;
  const eventsTop = dosesEnd + 26;
  const laneY = (lane) => eventsTop + (lane + 1) * laneHeight - 9;
  const lanes = d3.max(events, (event) => event.lane + 1) ?? 0;
  const axisY = (lanes ? eventsTop + lanes * laneHeight : dosesEnd) + 8;

  return {
    width, narrow, left, right, x, panels, plotted, axisY, height: axisY + 26,
    doses, doseY, lots, events, eventsTop, laneY,
    doseLabels: fitting(doses.map((dose) => ({ x: dose.middle, words: dose.words }))),
    lotLabels: fitting(lots.map((lot) => ({ x: lot.x, words: narrow ? lot.words : gettext("lot {lots}", { lots: lot.words }) }))),
    ticks: weeks(story.ticks, right - left),
  };
}
