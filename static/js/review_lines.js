/* The items of a page of the review: which is the current one, which is the next, and what is left. */

import { areOff } from "./single_keys.js";
import { gettext, ngettext, pgettext } from "./words.js";

export const lines = [...document.querySelectorAll("[data-review] [data-line]")];
const end = document.getElementById("end");
const live = document.createElement("p");
live.className = "visually-hidden";
live.setAttribute("aria-live", "polite");
document.body.append(live);
let at = null;

export const current = () => at;
export const isAtEnd = () => at === end;
/* “Planned only” hides lines; the keys go past them. */
const isShown = (line) => line.offsetParent !== null;
export const isToDo = (line) => "planned" in line.dataset && line.dataset.state !== "verified" && !("pending" in line.dataset);
const text = (node) => node?.textContent.replace(/\s+/g, " ").trim() || "";
const root = document.querySelector("[data-review]");
const entryOf = (line) => line.closest("[data-entry]");
const nameOf = (line) => line.id.slice(entryOf(line).id.length + 1);
export const keyOf = (line) => `${entryOf(line).dataset.entry}.${nameOf(line)}`;
/* Where an item is verified, asked about, and where its history stands. */
export const addressOf = (line, what) => root.dataset[what].replace("/0/item/", `/${entryOf(line).dataset.entry}/${nameOf(line)}/`);

const columnOf = (cell) => cell.closest("table").querySelector("thead tr").children[cell.cellIndex];

/* What an item is called; in a table, by its row and its column. */
export function labelOf(line) {
  const row = text(line.closest("tr").querySelector("th"));
  line.dataset.label ??= line.matches("tr") ? row : gettext("{row}, {column}", { row, column: columnOf(line).dataset.label });
  return line.dataset.label;
}

/* Where a part of what is said of an item stands, if anything is; with `make`, in any case. In the order of the page. */
const PARTS = ["verdict", "since", "asked", "words"];
export function part(line, name, { make = false } = {}) {
  const known = line.querySelector(`[data-${name}]`);
  if (known || !make) return known;
  const made = document.createElement("span");
  made.dataset[name] = "";
  if (name === "words") made.className = "refused";
  const home = line.matches("tr") ? line.querySelector(".said") : wordsOf(line);
  const next = PARTS.slice(PARTS.indexOf(name) + 1).map((one) => home.querySelector(`[data-${one}]`)).find(Boolean);
  home.insertBefore(made, next ?? home.querySelector("noscript"));
  return made;
}

/* What is said of a cell, to be shown below it. Of its state alone the page holds the words only once. */
function wordsOf(line) {
  const known = line.querySelector(".cell-words");
  if (known) return known;
  const made = Object.assign(document.createElement("span"), { className: "cell-words", hidden: true });
  const { state, critical } = line.dataset;
  const verdict = document.getElementById("verdicts").content.querySelector(`[data-verdict-of="${state}${critical === undefined ? "" : " critical"}"]`);
  if (verdict) {
    const said = document.createElement("span");
    said.dataset.verdict = "";
    said.append(...verdict.cloneNode(true).childNodes);
    made.append(said);
  }
  const rule = columnOf(line).dataset.rule;
  if (rule) made.append(Object.assign(document.createElement("span"), { className: "quiet", textContent: ` ${gettext("calculated, {rule}", { rule })}` }));
  line.append(made);
  return made;
}

/* A row below a line, for its detail or its history: made when there is something to show. */
export function rowBelow(line, kind) {
  let above = line.closest("tr");
  for (let next = above.nextElementSibling; next?.matches(".detail, .past"); next = next.nextElementSibling) {
    if (next.matches(`.${kind}`)) return next.firstElementChild;
    if (kind === "past") above = next;
  }
  const row = Object.assign(document.createElement("tr"), { className: kind });
  row.append(document.createElement("td"));
  row.firstElementChild.colSpan = line.closest("tr").children.length;
  above.after(row);
  return row.firstElementChild;
}

export function say(words, isBad = false) {
  const said = document.getElementById("review-said");
  said.textContent = words;
  said.classList.toggle("is-bad", isBad);
}

export function go(line, { quietly = false } = {}) {
  if (at !== line) leave();
  at = line;
  line.classList.add("current");
  line.tabIndex = -1;
  if (line === end) (end.querySelector("[data-go-on]") || end).focus({ preventScroll: true });
  else if (!line.contains(document.activeElement)) line.focus({ preventScroll: true });
  showDetail(line);
  document.dispatchEvent(new Event("ecrf:current-line"));
  line.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (quietly || line === end) return;
  line.setAttribute("aria-current", "true");
  live.textContent = [labelOf(line), text(part(line, "value")), text(part(line, "verdict")), !["verified", "changed"].includes(line.dataset.state) && text(part(line, "since")), text(part(line, "asked"))].filter(Boolean).join(gettext(", "));
}

function leave() {
  at?.classList.remove("current");
  at?.removeAttribute("aria-current");
  for (const row of document.querySelectorAll("tr.detail:not([hidden])")) row.hidden = true;
}

/* The words of a cell stand in a row of their own below it, while it is the current one. */
export function showDetail(line) {
  if (!line.matches(".cell")) return;
  const label = Object.assign(document.createElement("strong"), { textContent: labelOf(line) });
  const below = rowBelow(line, "detail");
  below.replaceChildren(label, " ", ...wordsOf(line).cloneNode(true).childNodes);
  Object.assign(below.parentElement, { hidden: false }).dataset.state = line.dataset.state ?? "";
}

/* The next line in this direction; with `toDo`, the next one to verify. Behind the last one comes the end of the page. */
export function step(way, { toDo = false } = {}) {
  const from = at === end ? lines.length : lines.indexOf(at);
  for (let place = from + way; place >= 0 && place < lines.length; place += way) {
    if (toDo ? isToDo(lines[place]) : isShown(lines[place])) return lines[place];
  }
  return way > 0 ? end : at;
}

/* In a table: the cell in the same column of the next row, or the one beside; null elsewhere. */
export function cellBeside(across, down) {
  if (!at?.matches(".cell")) return null;
  const row = [...at.closest("tr").querySelectorAll("[data-line]")];
  if (across) return row[row.indexOf(at) + across] || at;
  const rows = [...at.closest("table").querySelectorAll("tr.line")];
  const other = rows[rows.indexOf(at.closest("tr")) + down];
  return [...(other?.querySelectorAll("[data-line]") || [])][row.indexOf(at)] || null;
}

export function count() {
  const planned = lines.filter((line) => "planned" in line.dataset);
  const verified = planned.filter((line) => line.dataset.state === "verified").length;
  const queries = document.querySelectorAll("[data-line] [data-open-query]").length;
  write("[data-verified]", verified);
  write("[data-queries]", ngettext("{number} open query", "{number} open queries", queries));
  const meter = document.querySelector("[data-meter]");
  if (meter) meter.value = verified;
  const left = planned.length - verified;
  write("[data-skipped]", left ? leftHere(left) : "");
  for (const panel of document.querySelectorAll("[data-review] .panel")) countPanel(panel);
}

function leftHere(left) {
  if (areOff) return ngettext("{number} left on this page", "{number} left on this page", left);
  return ngettext(
    "{number} left on this page: Shift N goes back to it",
    "{number} left on this page: Shift N goes back to them",
    left,
  );
}

function countPanel(panel) {
  const left = [...panel.querySelectorAll("[data-line][data-planned]")].filter((line) => line.dataset.state !== "verified");
  write(`[data-index-of="${panel.id}"]`, left.length ? gettext("{number} to verify", { number: left.length }) : pgettext("to verify", "nothing left"));
  document.querySelector(`[data-index-of="${panel.id}"]`)?.closest("a").classList.toggle("has-left", left.length > 0);
  const all = panel.querySelector("[data-all-shown]");
  if (!all) return;
  const atOnce = left.filter((line) => !("query" in line.dataset));
  all.hidden = atOnce.length < 2;
  for (const place of all.querySelectorAll("[data-left]")) place.textContent = atOnce.length;
  all.querySelector("[name=item]").value = atOnce.map(keyOf).join(",");
}

function write(selector, words) {
  for (const place of document.querySelectorAll(selector)) place.textContent = words;
}
