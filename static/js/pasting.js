/* A block copied from a spreadsheet, pasted into a table or a row: each cell goes into its own field, from the field in
   use on, and all of it can be taken back. Blank cells leave what stands. */

import { commentOf, goTo, idOf, isMissing, ownId, read, state, wrapper, write } from "./fields.js";
import { commit, send } from "./saving.js";
import { gettext, ngettext } from "./words.js";

const cells = (text) => text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));

/* The item under each cell of the block, or nothing where the table ends. */
function placesOf(target) {
  const grid = target.closest("[data-grid]");
  if (grid && target.closest("td") && !target.closest(".below")) return inGrid(grid, target);
  const row = target.closest(".row-entry");
  if (!row) return null;
  const rows = [...row.parentElement.querySelectorAll(".row-entry[data-row-of]")];
  const idsIn = (each) => [...(each?.querySelectorAll("[data-item]") ?? [])].filter((item) => !item.hidden).map(idOf);
  const first = idsIn(row).indexOf(idOf(target));
  return (down, along) => idsIn(rows[rows.indexOf(row) + down])[first + along];
}

/* By what stands in the cells, since answers are chosen in some of them. */
function inGrid(grid, target) {
  const rows = [...grid.querySelectorAll("tr")].filter((row) => row.querySelector("td [data-item]") && !row.matches(".below"));
  const idsIn = (row) => [...(row?.querySelectorAll("td [data-item]") ?? [])].map(idOf);
  const here = rows.findIndex((row) => row.contains(target));
  const first = idsIn(rows[here]).indexOf(idOf(target));
  return (down, along) => idsIn(rows[here + down])[first + along];
}

/* The code of an answer given in words or as its code; undefined if it is none. */
function answer(id, text) {
  const found = document.getElementById(`f-${id}`);
  const options = found.matches("[role=radiogroup]") ? [...found.querySelectorAll("input")] : [...(found.options ?? [])];
  if (!options.length) return text;
  const words = (option) => (option.text ?? option.closest("label").textContent).trim().toLowerCase();
  const said = text.toLowerCase();
  const exact = options.find((option) => option.value.toLowerCase() === said || words(option) === said);
  const fitting = options.filter((option) => option.value && words(option).startsWith(said));
  return (exact ?? (fitting.length === 1 ? fitting[0] : undefined))?.value;
}

function put(id, text) {
  write(id, text);
  const field = document.getElementById(`f-${id}`);
  // As if it were still composed: what moves on by itself after a typed value stays where it is.
  if (!field.matches("[role=radiogroup]")) field.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
  commit(id);
}

function takeBack(before) {
  for (const [id, { text, stored, comment }] of before) {
    write(id, text);
    if (isMissing(stored)) send(id, { value: "", missing: stored.missing, comment });
    else commit(id);
  }
}

function tell(target, before, left) {
  document.querySelector("[data-pasted]")?.remove();
  const note = Object.assign(document.createElement("div"), { className: "note pasted", role: "status" });
  note.dataset.pasted = "";
  const words = ngettext("Pasted into {number} field.", "Pasted into {number} fields.", before.size);
  const texts = left.map((text) => gettext("“{text}”", { text })).join(gettext(", "));
  const rest = left.length ? ` ${gettext("Not put anywhere: {texts}.", { texts })}` : "";
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small" });
  button.textContent = gettext("Take it back");
  button.addEventListener("click", () => {
    takeBack(before);
    note.remove();
    goTo(target);
  });
  note.append(`${words}${rest} `, button);
  (target.closest("[data-grid]") ?? target.closest(".row-entry")).after(note);
}

document.addEventListener("paste", (event) => {
  const { target } = event;
  if (!target.closest?.("#page-form [data-item]") || !ownId(target) || target.matches("textarea")) return;
  const block = cells(event.clipboardData.getData("text/plain"));
  const place = block.length > 1 || block[0].length > 1 ? placesOf(target) : null;
  if (!place) return;
  event.preventDefault();
  const before = new Map();
  const left = [];
  block.forEach((line, down) => line.forEach((cell, along) => {
    const text = cell.trim();
    const id = place(down, along);
    const value = id && text && !wrapper(id).querySelector(":disabled") ? answer(id, text) : undefined;
    if (value === undefined) return text && left.push(text);
    before.set(id, { text: read(id), stored: state.get(id), comment: commentOf(id) });
    return put(id, value);
  }));
  tell(target, before, left);
});
