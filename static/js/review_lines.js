/* The items of a page of the review: which is the current one, which is the next, and what is left. */

export const lines = [...document.querySelectorAll("[data-review] [data-line]")];
const end = document.getElementById("end");
const live = document.createElement("p");
live.className = "visually-hidden";
live.setAttribute("aria-live", "polite");
document.body.append(live);
let at = null;

export const current = () => at;
export const isAtEnd = () => at === end;
export const isToDo = (line) => "planned" in line.dataset && line.dataset.state !== "verified" && !("pending" in line.dataset);
export const part = (line, name) => line.querySelector(`[data-${name}]`);
const text = (node) => node?.textContent.replace(/\s+/g, " ").trim() || "";

export function say(words, isBad = false) {
  const said = document.getElementById("review-said");
  said.textContent = words;
  said.classList.toggle("is-bad", isBad);
}

export function go(line, { quietly = false } = {}) {
  if (at !== line) leave();
  at = line;
  line.classList.add("current");
  if (line === end) (end.querySelector("[data-go-on]") || end).focus({ preventScroll: true });
  else if (!line.contains(document.activeElement)) line.focus({ preventScroll: true });
  showDetail(line);
  line.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (quietly || line === end) return;
  line.setAttribute("aria-current", "true");
  live.textContent = [line.dataset.label, text(part(line, "value")), text(part(line, "verdict")), !["verified", "changed"].includes(line.dataset.state) && text(part(line, "since")), text(part(line, "asked"))].filter(Boolean).join(", ");
}

function leave() {
  at?.classList.remove("current");
  at?.removeAttribute("aria-current");
  for (const row of document.querySelectorAll("tr.detail:not([hidden])")) row.hidden = true;
}

/* The words of a cell stand in a row of their own below it, while it is the current one. */
export function showDetail(line) {
  const words = line.querySelector(".cell-words");
  if (!words) return;
  const row = line.closest("tr").nextElementSibling;
  const label = document.createElement("strong");
  label.textContent = line.dataset.label;
  row.querySelector("[data-detail]").replaceChildren(label, " ", ...[...words.cloneNode(true).childNodes]);
  Object.assign(row, { hidden: false }).dataset.state = line.dataset.state;
}

/* The next line in this direction; with `toDo`, the next one to verify. Behind the last one comes the end of the page. */
export function step(way, { toDo = false } = {}) {
  const from = at === end ? lines.length : lines.indexOf(at);
  for (let place = from + way; place >= 0 && place < lines.length; place += way) {
    if (!toDo || isToDo(lines[place])) return lines[place];
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
  write("[data-queries]", queries);
  write("[data-queries-end]", queries === 1 ? "y" : "ies");
  const meter = document.querySelector("[data-meter]");
  if (meter) meter.value = verified;
  const left = planned.length - verified;
  write("[data-skipped]", left ? `${left} left on this page: Shift N goes back to ${left === 1 ? "it" : "them"}` : "");
  for (const panel of document.querySelectorAll("[data-review] .panel")) countPanel(panel);
}

function countPanel(panel) {
  const left = [...panel.querySelectorAll("[data-line][data-planned]")].filter((line) => line.dataset.state !== "verified");
  write(`[data-index-of="${panel.id}"]`, left.length ? `${left.length} to verify` : "nothing left");
  document.querySelector(`[data-index-of="${panel.id}"]`)?.closest("a").classList.toggle("has-left", left.length > 0);
  const all = panel.querySelector("[data-all-shown]");
  if (!all) return;
  all.hidden = left.length < 2;
  for (const place of all.querySelectorAll("[data-left]")) place.textContent = left.length;
  for (const given of all.querySelectorAll("[name=item]")) given.disabled = !left.some((line) => line.dataset.key === given.value);
}

function write(selector, words) {
  for (const place of document.querySelectorAll(selector)) place.textContent = words;
}
