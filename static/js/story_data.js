/** Reads the story out of its table: the table is the data, the figure only draws it. */

const number = (text) => (text === undefined || text === "" ? null : Number(text));
const said = (element) => element.textContent.replace(/\s+/g, " ").trim();

const readSeries = ({ dataset }) => ({
  key: dataset.series,
  name: dataset.name,
  unit: dataset.unit,
  panel: dataset.panel,
  threshold: number(dataset.threshold),
  scale: [number(dataset.low), number(dataset.high)],
  baseline: number(dataset.baseline),
});

function readPoint(cell) {
  const { series, value, change, fell } = cell.dataset;
  const moved = cell.parentElement.querySelector("[data-moved]");
  return {
    key: series,
    text: value,
    value: Number(value),
    change: Number(change),
    fell: fell !== undefined,
    moved: moved ? `, ${said(moved)}` : "",
  };
}

function readMoment(row) {
  const { dataset } = row;
  const [date, week, what] = row.cells;
  const points = [...row.querySelectorAll("[data-value]")].map(readPoint);
  return {
    ...dataset,
    day: number(dataset.day),
    until: number(dataset.until),
    sureFrom: number(dataset.sureFrom),
    sureTo: number(dataset.sureTo),
    opens: number(dataset.opens),
    closes: number(dataset.closes),
    isOpen: "open" in dataset,
    isSerious: "serious" in dataset,
    isOverdue: "overdue" in dataset,
    on: said(date),
    week: said(week),
    title: said(what),
    href: what.querySelector("a")?.getAttribute("href") ?? null,
    words: said(row.querySelector("[data-words]")),
    points: Object.fromEntries(points.map((point) => [point.key, point])),
  };
}

/** The panels that have a value: nobody looks at empty axes. */
function panelsOf(series, moments) {
  const measured = series.filter(({ key }) => moments.some((moment) => moment.points[key]));
  return [...d3.group(measured, (one) => one.panel)].map(([title, members]) => ({ title, series: members }));
}

export function readStory(root) {
  const table = root.querySelector(".story-table");
  const { first, last, ticks } = table.dataset;
  const series = [...table.tHead.querySelectorAll("[data-series]")].map(readSeries);
  const moments = [...table.tBodies[0].rows].map(readMoment);
  return {
    summary: root.dataset.summary,
    treatments: root.dataset.treatments,
    first: number(first),
    last: number(last),
    ticks: ticks.split(" ").filter(Boolean).map(Number),
    panels: panelsOf(series, moments),
    moments,
  };
}

/** The moment in one sentence, with the values of one panel. */
export function inWords(moment, panel) {
  const saysWeek = `${moment.title} `.toLowerCase().startsWith(`${moment.week} `);
  const when = saysWeek ? moment.on : `${moment.on}, ${moment.week}`;
  const values = (panel?.series ?? []).filter(({ key }) => moment.points[key]).map(({ key, name, unit }) => {
    const { text, moved } = moment.points[key];
    return `${name} ${text} ${unit}${moved}`;
  });
  return [`${moment.title}, ${when}`, ...values, moment.words].filter(Boolean).join(" · ");
}
