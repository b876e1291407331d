/* The history of an item opens below it and closes again. Without script the link leads to a page of its own. */

import { addressOf, labelOf, rowBelow } from "./review_lines.js";
import { gettext } from "./words.js";

export function showHistory(line) {
  const place = rowBelow(line, "past");
  place.setAttribute("aria-live", "polite");
  const isOpen = place.dataset.of === line.id;
  for (const other of document.querySelectorAll(".past-open")) other.classList.remove("past-open");
  place.dataset.of = "";
  place.replaceChildren();
  if (isOpen) return;
  place.dataset.of = line.id;
  line.closest("tr").classList.add("past-open");
  line.classList.add("past-open");
  htmx.ajax("GET", addressOf(line, "history"), { target: place, swap: "innerHTML" }).catch(() => {});
}

document.querySelector("[data-review]").addEventListener("click", (event) => {
  const link = event.target.closest(".toggle");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  showHistory(link.closest("[data-line], tr"));
});

/* A table's cells have their link when the mouse is on them. */
document.querySelector("[data-review]").addEventListener("mouseover", ({ target }) => {
  const cell = target.closest(".row-table [data-line]");
  if (!cell || cell.querySelector(".toggle")) return;
  const link = Object.assign(document.createElement("a"), { className: "toggle", href: addressOf(cell, "history"), textContent: "↺", tabIndex: -1 });
  link.setAttribute("aria-label", gettext("History of {item}", { item: labelOf(cell) }));
  cell.append(link);
});
