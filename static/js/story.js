/** The patient's story as a figure: drawn from the table below it, for the width there is, on the screen and on paper. */

import { drawDoses, drawEvents, drawPatterns } from "./story_bars.js";
import { Cursor } from "./story_cursor.js";
import { readStory } from "./story_data.js";
import { drawFrame } from "./story_frame.js";
import { layOut } from "./story_layout.js";
import { drawPanel } from "./story_panels.js";
import { gettext, pgettext } from "./words.js";

const PAPER = 680; // CSS pixels across the text of an A4 page


function draw(box, story, cursor, width) {
  const place = layOut(story, width);
  const svg = d3.select(box).selectAll("svg").data([story]).join("svg");
  svg.attr("viewBox", `0 0 ${width} ${place.height}`).attr("width", width).attr("height", place.height);
  svg.attr("role", "application").attr("aria-roledescription", pgettext("a drawing", "figure")).attr("tabindex", 0);
  svg.attr("aria-describedby", "story-keys");
  svg.attr("aria-label", story.summary).selectAll("*").remove();
  drawPatterns(svg);
  const drawn = svg.append("g").attr("aria-hidden", "true");
  drawFrame(drawn, story, place);
  for (const panel of place.panels) drawPanel(drawn, panel, story, place);
  drawDoses(drawn, story, place);
  drawEvents(drawn, place);
  cursor.enter(drawn, place);
}

function speaker(line) {
  return (words, moment) => {
    line.replaceChildren(words || gettext("Point at the figure, or go to it by Tab and use the arrow keys."));
    line.classList.toggle("quiet", !words);
    if (!moment?.href) return;
    const link = Object.assign(document.createElement("a"), { href: moment.href, textContent: pgettext("link: where it was entered", "Open") });
    line.append(" ", link);
  };
}

const KEYS = {
  ArrowRight: (cursor) => cursor.step(1),
  ArrowLeft: (cursor) => cursor.step(-1),
  ArrowDown: (cursor) => cursor.climb(1),
  ArrowUp: (cursor) => cursor.climb(-1),
  Home: (cursor) => cursor.go(cursor.row.stops[0]),
  End: (cursor) => cursor.go(cursor.row.stops.at(-1)),
  f: (cursor) => cursor.nextFall(),
  Enter: (cursor) => cursor.moment?.href && location.assign(cursor.moment.href),
  Escape: (cursor) => cursor.leave(),
};

function listen(box, cursor) {
  box.addEventListener("keydown", (event) => {
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(cursor);
    if (event.key === "Escape") event.target.blur();
  });
  const point = (event) => cursor.point(...d3.pointer(event, box.querySelector("svg")));
  box.addEventListener("pointermove", point);
  box.addEventListener("pointerdown", point);
}

function begin(root) {
  const box = root.querySelector("[data-story-figure]");
  const story = readStory(root);
  const says = speaker(root.querySelector("[data-story-now]"));
  const cursor = new Cursor(story, says);
  let printing = false;
  const redraw = () => draw(box, story, cursor, printing ? PAPER : Math.max(300, Math.floor(box.clientWidth)));
  const turn = (on) => {
    printing = on;
    redraw();
  };
  redraw();
  box.classList.add("is-drawn");
  says("", null);
  listen(box, cursor);
  let last = box.clientWidth;
  new ResizeObserver(() => {
    if (printing || box.clientWidth === last) return;
    last = box.clientWidth;
    redraw();
  }).observe(box);
  addEventListener("beforeprint", () => turn(true));
  addEventListener("afterprint", () => turn(false));
  matchMedia("print").addEventListener("change", (event) => turn(event.matches));
}

for (const root of document.querySelectorAll("[data-story]")) begin(root);
