/* Draws the chart of a listing from the table of its values, which stands below it for who reads it otherwise. */

/* global d3 */
const box = document.querySelector("[data-chart]");
const HEIGHT = 320;
const MARGIN = { top: 16, right: 44, bottom: 44, left: 56 };

function points() {
  const read = "days" in box.dataset ? (text) => new Date(`${text}T00:00:00Z`) : Number;
  return [...box.parentElement.querySelectorAll("tr[data-x]")].map((row) => ({
    x: read(row.dataset.x),
    y: Number(row.dataset.y),
    url: row.dataset.url,
    words: [...row.cells].map((cell) => cell.textContent.trim()).join(" · "),
  }));
}

/* A single value stands in the middle, and not at the edge. */
function scale(kind, values, range, margin) {
  const [low, high] = d3.extent(values);
  const isOne = Number(low) === Number(high);
  const domain = isOne ? [Number(low) - margin, Number(high) + margin] : [low, high];
  return kind(domain, range).nice();
}

function axis(svg, place, made, label, x, y, anchor) {
  svg.append("g").attr("class", "listing-axis").attr("transform", place).call(made);
  svg.append("text").attr("class", "listing-axis-label").attr("x", x).attr("y", y).attr("text-anchor", anchor).text(label);
}

function draw() {
  const found = points();
  box.replaceChildren();
  if (!found.length) return;
  const width = Math.max(box.clientWidth, 280);
  const [right, bottom] = [width - MARGIN.right, HEIGHT - MARGIN.bottom];
  const isDays = "days" in box.dataset;
  const x = scale(isDays ? d3.scaleUtc : d3.scaleLinear, found.map((one) => one.x), [MARGIN.left, right], isDays ? 864e5 : 1);
  const y = scale(d3.scaleLinear, found.map((one) => one.y), [bottom, MARGIN.top], 1);
  const svg = d3.select(box).append("svg").attr("width", width).attr("height", HEIGHT).attr("aria-hidden", "true");
  const ticks = Math.max(Math.floor(width / 110), 2);
  const days = d3.axisBottom(x).ticks(ticks);
  axis(svg, `translate(0,${bottom})`, isDays ? days.tickFormat(d3.utcFormat("%Y-%m-%d")) : days, box.dataset.xLabel, right, HEIGHT - 6, "end");
  const side = d3.axisLeft(y).ticks(6).tickSize(MARGIN.left - right);
  axis(svg, `translate(${MARGIN.left},0)`, side, box.dataset.yLabel, 0, 11, "start");
  if (y.domain()[0] < 0 && y.domain()[1] > 0) {
    svg.append("line").attr("class", "listing-zero").attr("x1", MARGIN.left).attr("x2", right).attr("y1", y(0)).attr("y2", y(0));
  }
  const dots = svg.selectAll("a").data(found).join("a").attr("href", (one) => one.url || null).attr("tabindex", -1);
  dots.append("circle").attr("class", "listing-dot").attr("r", 4).attr("cx", (one) => x(one.x)).attr("cy", (one) => y(one.y));
  dots.append("title").text((one) => one.words);
}

draw();
let drawn = box.clientWidth;
new ResizeObserver(() => {
  if (box.clientWidth === drawn) return;
  drawn = box.clientWidth;
  draw();
}).observe(box);
