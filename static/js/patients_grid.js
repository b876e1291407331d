/* The keys of the grid of all patients: arrows move, Enter opens, digits go to a patient. Without this it is a table of
   links. One cell is in the order of Tab; a cell that leads nowhere is reached by the arrows too. */

import { gettext } from "./words.js";

const table = document.querySelector("[data-patients-grid]");
const said = document.querySelector("[data-grid-said]");
const QUIET = 1200;
let at = null;
let typed = "";
let forget = 0;

const rows = () => [...table.tBodies[0].rows];
/* What can be stood on in a cell: its links, or the cell itself. */
const spots = (cell) => (cell.querySelector("a") ? [...cell.querySelectorAll("a")] : [cell]);
const cellOf = (spot) => spot.closest("th, td");
const words = (spot) => spot.ariaLabel ?? spot.textContent.trim();

function columnOf(cell) {
  const head = table.tHead.rows;
  const plain = cell.dataset.v ?? "";
  return head.length === 1 ? (head[0].cells[cell.cellIndex]?.textContent.trim() ?? plain) : plain;
}

function tell(spot) {
  const cell = cellOf(spot);
  const patient = cell.parentElement.cells[0].textContent.trim().replace(/\s+/g, " ");
  said.textContent = cell.cellIndex ? `${patient} · ${columnOf(cell)} · ${words(spot) || gettext("nothing planned")}` : patient;
}

function stand(spot) {
  if (!spot) return;
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

/* Rows come as one scrolls: their links leave the order of Tab; a patient who is there already does not come twice. */
function take(body) {
  const seen = new Set();
  for (const row of [...body.rows]) {
    if (row.id && seen.has(row.id)) row.remove();
    seen.add(row.id);
    if (row.dataset.taken === undefined) {
      row.dataset.taken = "";
      for (const link of row.querySelectorAll("a:not([rel=next])")) if (link !== at) link.tabIndex = -1;
      for (const cell of row.cells) if (!cell.querySelector("a")) cell.tabIndex = -1;
    }
  }
}

function sideways(way) {
  const cell = cellOf(at);
  const here = spots(cell);
  const next = here[here.indexOf(at) + way];
  if (next) return go(next);
  const beside = way > 0 ? cell.nextElementSibling : cell.previousElementSibling;
  return beside && go(spots(beside).at(way > 0 ? 0 : -1));
}

function upOrDown(way) {
  const cell = cellOf(at);
  const all = rows();
  const row = all[Math.min(Math.max(all.indexOf(cell.parentElement) + way, 0), all.length - 1)];
  go(spots(row.cells[Math.min(cell.cellIndex, row.cells.length - 1)])[0]);
}

function along(where) {
  const cells = cellOf(at).parentElement.cells;
  go(spots(cells[where < 0 ? cells.length - 1 : 0])[0]);
}

function toPatient(key) {
  clearTimeout(forget);
  forget = setTimeout(() => { typed = ""; }, QUIET);
  typed += key;
  const fits = [
    (id) => id.startsWith(`p-${typed}`),
    (id) => id.endsWith(`-${typed.padStart(3, "0")}`),
    (id) => id.replaceAll("-", "").startsWith(`p${typed}`),
  ];
  const found = fits.map((fit) => rows().find(({ id }) => fit(id))).find(Boolean);
  if (found) go(spots(found.cells[cellOf(at).cellIndex] ?? found.cells[0])[0]);
  else said.textContent = gettext("No patient {typed} among those shown.", { typed });
}

const MOVES = {
  ArrowRight: () => sideways(1),
  ArrowLeft: () => sideways(-1),
  ArrowDown: () => upOrDown(1),
  ArrowUp: () => upOrDown(-1),
  PageDown: () => upOrDown(10),
  PageUp: () => upOrDown(-10),
  Home: () => along(0),
  End: () => along(-1),
};

/* Enter on a link opens it by itself; on a cell that leads nowhere, the patient. */
function keys(event) {
  if (event.altKey || event.metaKey || !at) return;
  if (event.ctrlKey) {
    if (event.key === "Home") go(spots(rows()[0].cells[0])[0]);
    else if (event.key === "End") go(spots(rows().at(-1).cells[0])[0]);
    else return;
  } else if (event.key in MOVES) MOVES[event.key]();
  else if (event.key === "Enter" && at.matches("td")) at.parentElement.querySelector("th a")?.click();
  else if (/^[\d-]$/.test(event.key)) toPatient(event.key);
  else return;
  event.preventDefault();
}

if (table) {
  table.setAttribute("role", "grid");
  take(table.tBodies[0]);
  stand(table.querySelector("tbody th a"));
  table.closest(".grid-box").tabIndex = -1;
  table.addEventListener("keydown", keys);
  table.addEventListener("focusin", ({ target }) => {
    if (!target.matches("tbody :is(a, td)")) return;
    stand(target);
    tell(target);
  });
  /* What the signs say, for who points at them: the page holds the words once. */
  table.addEventListener("pointerover", ({ target }) => {
    const spot = target.closest("[aria-label]");
    if (!spot) return;
    spot.title ||= spot.ariaLabel;
    tell(spot);
  });
  said.textContent = gettext("Point at a cell, or go there by the arrow keys, and it is said here in words.");
  /* The next rows are asked for before one gets there; on a phone the whole page scrolls. */
  const box = table.closest(".grid-box");
  const root = getComputedStyle(box).overflowY === "visible" ? null : box;
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) target.dispatchEvent(new Event("near"));
  }, { root, rootMargin: "800px 0px" });
  document.addEventListener("htmx:load", () => {
    near.disconnect();
    const more = table.querySelector(".grid-more");
    if (more) near.observe(more);
  });
  new MutationObserver(() => take(table.tBodies[0])).observe(table.tBodies[0], { childList: true });
}
