/* The keys of a listing: arrows move from cell to cell, Enter opens what a cell shows. Without this it is a table of links. */

import { gettext, ngettext } from "./words.js";

const table = document.querySelector("[data-listing]");
let at = null;

const rows = () => [...table.tBodies[0].rows];
const spots = (cell) => {
  const found = [...cell.querySelectorAll("a, input")];
  return found.length ? found : [cell];
};
const cellOf = (spot) => spot.closest("th, td");

function stand(spot) {
  if (at) at.tabIndex = -1;
  at = spot;
  at.tabIndex = 0;
}

function go(spot) {
  if (!spot) return;
  stand(spot);
  spot.focus();
  spot.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function sideways(way) {
  const beside = way > 0 ? cellOf(at).nextElementSibling : cellOf(at).previousElementSibling;
  if (beside) go(spots(beside)[0]);
}

/* Down through the lines of a cell first, then to the row below. */
function upOrDown(way) {
  const cell = cellOf(at);
  const here = spots(cell);
  const next = here[here.indexOf(at) + way];
  if (next) return go(next);
  const all = rows();
  const row = all[all.indexOf(cell.parentElement) + way];
  return row && go(spots(row.cells[cell.cellIndex]).at(way > 0 ? 0 : -1));
}

function along(where) {
  const { cells } = cellOf(at).parentElement;
  go(spots(cells[where < 0 ? cells.length - 1 : 0])[0]);
}

function farUpOrDown(way) {
  const all = rows();
  const cell = cellOf(at);
  const row = all[Math.min(Math.max(all.indexOf(cell.parentElement) + way, 0), all.length - 1)];
  go(spots(row.cells[cell.cellIndex])[0]);
}

const MOVES = {
  ArrowRight: () => sideways(1),
  ArrowLeft: () => sideways(-1),
  ArrowDown: () => upOrDown(1),
  ArrowUp: () => upOrDown(-1),
  PageDown: () => farUpOrDown(10),
  PageUp: () => farUpOrDown(-10),
  Home: () => along(0),
  End: () => along(-1),
};

if (table) {
  for (const row of rows()) {
    for (const spot of row.querySelectorAll("td:not(:has(a, input)), a, input")) spot.tabIndex = -1;
  }
  stand(spots(rows()[0].cells[0])[0]);
  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.ctrlKey || !at || !(event.key in MOVES)) return;
    if (!event.target.closest("tbody")) return;
    MOVES[event.key]();
    event.preventDefault();
  });
  table.addEventListener("focusin", ({ target }) => target.matches("tbody :is(a, td, input)") && stand(target));
}

/* What is not asked does not stand in the address. */
const narrow = document.querySelector("[data-listing-narrow]");
narrow?.addEventListener("submit", () => {
  for (const line of narrow.querySelectorAll(".listing-condition")) {
    const [column, op, value] = line.querySelectorAll("[name]");
    if (!value.value && !["filled", "empty", "reason"].includes(op.value)) for (const field of [column, op, value]) field.disabled = true;
  }
  for (const field of narrow.querySelectorAll(".listing-filters [name]")) if (!field.value) field.disabled = true;
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("[data-listing-narrow] [name]")) field.disabled = false;
});

/* How many rows are ticked, and all of them by one box. */
const boxes = [...document.querySelectorAll('[data-listing] tbody input[name="row"]')];
const all = document.querySelector("[data-tick-rows]");
if (all) {
  const said = document.querySelector("[data-ticked]");
  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    said.textContent = count ? ngettext("{number} row ticked:", "{number} rows ticked:", count) : gettext("Ticked rows:");
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  table.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
}
