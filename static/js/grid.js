/* Grids: arrows move, Enter goes down. */

import { goTo, inOrder } from "./fields.js";

const at = (grid, row, col) => grid.querySelector(`input[data-row="${row}"][data-col="${col}"]`);

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

document.addEventListener("keydown", (event) => {
  const move = MOVES[event.key];
  const grid = event.target.closest("[data-grid]");
  if (!move || !grid || !event.target.dataset.row) return;
  const input = event.target;
  const sideways = move[1] !== 0;
  const edge = move[1] < 0 ? 0 : input.value.length;
  const selected = input.selectionStart !== input.selectionEnd;
  // Inside a longer number the arrows move the caret, as everywhere.
  if (sideways && !selected && input.value.length > 1 && input.selectionStart !== edge) return;
  const next = at(grid, Number(input.dataset.row) + move[0], Number(input.dataset.col) + move[1]);
  if (next) {
    event.preventDefault();
    goTo(next);
  }
});

/* Where a column is typed down, Enter goes to its next cell, from the last one through the answers that are still open,
   each once, and from there out of the table: the cells that were typed are not walked again. */
function below(grid, input) {
  const open = [...grid.querySelectorAll("[role=radiogroup]")].filter((g) => g.offsetParent && !g.querySelector(":checked"));
  const after = (group) => input.compareDocumentPosition(group) & Node.DOCUMENT_POSITION_FOLLOWING;
  const next = input.dataset.row && at(grid, Number(input.dataset.row) + 1, input.dataset.col);
  return next || (input.dataset.row ? open[0] : open.find(after))?.querySelector("input") || behind(grid);
}

const behind = (grid) =>
  inOrder().find((each) => !grid.contains(each) && grid.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);

const goDown = (event) => {
  const grid = event.target.closest("[data-grid][data-down]");
  if (event.key !== "Enter" || event.ctrlKey || event.altKey || !grid) return;
  const next = event.target.matches("[data-item] input") && !event.target.closest(".messages") && below(grid, event.target);
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  goTo(next);
};
document.addEventListener("keydown", goDown, true);

/* A sign typed or pasted before a number belongs into the cell beside it. The rest is text for the field to read. */
const moveSign = ({ target, isComposing, isTrusted }) => {
  // What an input method is still composing is nobody's to change; what is pasted says so too, and is whole.
  if (isComposing && isTrusted) return;
  const sign = target.closest("[data-grid] tr")?.querySelector("[data-sign] input");
  if (!sign || sign === target || target.inputMode !== "decimal") return;
  const before = target.value.match(/^\s*([<>≤≥≦≧＜＞]=?|=)\s*/);
  if (!before) return;
  target.value = target.value.slice(before[0].length);
  sign.value = before[1] === "=" ? `${sign.value}=` : before[1];
  for (const kind of ["input", "change"]) sign.dispatchEvent(new Event(kind, { bubbles: true }));
};
for (const kind of ["input", "compositionend"]) document.addEventListener(kind, moveSign, true);

/* Rarely needed cells are reached by the arrows and the mouse, so that Tab and Enter go down the column. */
for (const input of document.querySelectorAll("[data-grid] :is([data-sign], [data-aside]) input")) input.tabIndex = -1;

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-grid] input[data-row]")) target.select();
});
