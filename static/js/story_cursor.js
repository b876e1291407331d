/** Moves through the story by keyboard and pointer: one moment is the present one, its words stand below the figure. */

import { inWords } from "./story_data.js";
import { fell, rowsOf } from "./story_rows.js";
import { add, upright } from "./story_shapes.js";

export class Cursor {
  constructor(story, says) {
    Object.assign(this, { story, says, number: 0, moment: null });
  }

  get row() {
    return this.rows[this.number];
  }

  /** Stand in a newly drawn figure, at the same moment as before. */
  enter(drawn, place) {
    this.place = place;
    this.rows = rowsOf(this.story, place);
    this.number = Math.min(this.number, this.rows.length - 1);
    this.mark = add(drawn, "g", "story-cursor");
    this.show();
  }

  at(moment) {
    return this.place.x(Math.max(this.story.first, moment.day));
  }

  nearest(x) {
    const away = ({ from, to }) => Math.max(0, from - x, x - to);
    return d3.least(this.row.stops, (moment) => {
      const bar = this.row.bars?.get(moment);
      return bar ? away(bar) : Math.abs(this.at(moment) - x);
    });
  }

  point(x, y) {
    this.number = d3.leastIndex(this.rows, (row) => Math.max(row.y[0] - y, y - row.y[1], 0));
    this.go(this.nearest(x));
  }

  step(by) {
    const { stops } = this.row;
    const here = stops.indexOf(this.moment);
    this.go(here < 0 ? stops.at(by > 0 ? 0 : -1) : stops[here + by]);
  }

  climb(by) {
    const x = this.moment ? this.at(this.moment) : this.place.left;
    if (this.moment) this.number = Math.min(this.rows.length - 1, Math.max(0, this.number + by));
    this.go(this.nearest(x));
  }

  /** To the next fall of any measure, from the last one to the first. */
  nextFall() {
    const falls = this.story.moments.flatMap((moment) =>
      this.rows.flatMap(({ panel }, number) => (panel && fell(moment, panel) ? [{ moment, number }] : [])));
    const here = falls.findIndex(({ moment, number }) => moment === this.moment && number === this.number);
    const day = this.moment?.day ?? -Infinity;
    const next = here < 0 ? falls.find(({ moment }) => moment.day >= day) : falls[here + 1];
    const { moment, number } = next ?? falls[0] ?? {};
    if (!moment) return;
    this.number = number;
    this.go(moment);
  }

  go(moment) {
    if (!moment || (moment === this.moment && this.row === this.said)) return;
    [this.moment, this.said] = [moment, this.row];
    this.show();
    this.says(inWords(moment, this.row.panel), moment);
  }

  leave() {
    this.moment = this.said = null;
    this.show();
    this.says("", null);
  }

  show() {
    this.mark.selectAll("*").remove();
    if (this.moment) this.draw(this.at(this.moment), this.row.bars?.get(this.moment));
  }

  draw(x, bar) {
    const { place, moment, mark, row } = this;
    upright(mark, "", x, [place.plotted[0], place.axisY]);
    const shown = (row.panel?.series ?? []).map((series) => moment.points[series.key]).filter(Boolean);
    for (const { value } of shown) add(mark, "circle", "", { cx: x, cy: row.panel.y(value), r: 8 });
    if (bar) add(mark, "rect", "", { x: bar.from - 3, width: bar.to - bar.from + 6, y: row.y[0] + 1, height: 16, rx: 3 });
    else if (moment.kind === "dose") add(mark, "circle", "", { cx: x, cy: place.doseY, r: 9 });
    else if (moment.kind === "missed") add(mark, "circle", "", { cx: x, cy: row.y[1] - 11, r: 9 });
  }
}
