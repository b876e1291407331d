/** The rows of the story's figure that one moves along by keyboard and pointer. */

const AT_ALL_PANELS = new Set(["missed", "next", "end"]);
const has = (moment, panel) => panel.series.some((series) => moment.points[series.key]);
export const fell = (moment, panel) => panel.series.some((series) => moment.points[series.key]?.fell);

/** From top to bottom: each panel, the doses, the events. */
export function rowsOf(story, place) {
  const rows = place.panels.map((panel) => ({
    panel,
    y: [panel.top, panel.bottom],
    stops: story.moments.filter((moment) => AT_ALL_PANELS.has(moment.kind) || has(moment, panel)),
  }));
  rows.push({ y: [place.doseY - 24, place.doseY + 40], stops: place.doses.flatMap((dose) => dose.days) });
  for (const [lane, events] of d3.group(place.events, (event) => event.lane)) {
    const y = place.laneY(lane);
    const bars = new Map(events.map((event) => [event.moment, event]));
    rows.push({ y: [y - 9, y + 9], stops: [...bars.keys()], bars });
  }
  return rows.filter((row) => row.stops.length);
}
