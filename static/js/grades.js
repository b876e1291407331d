/* Grids of grades: one digit is a whole answer, and the cursor moves on by itself; what is no grade is refused at once. */

import { idOf, inOrder } from "./fields.js";

const GRADE = /^[0-5]$/;
const BEGINS = /^[0-5nur]$/i;
const REASON = /^(nd|na|uk|rf)$/i;
const ANSWER = /^([0-5]|nd?|na|uk?|rf?)$/i;

const plain = (text) => text.normalize("NFKC").trim();
const isCell = (input) => Boolean(input.dataset.row && input.closest("[data-grid][data-advance]"));

function after(input) {
  const all = inOrder();
  return all[all.indexOf(input) + 1];
}

function advance({ target, isComposing }) {
  if (isComposing || !isCell(target) || !GRADE.test(plain(target.value))) return;
  target.value = plain(target.value);
  after(target)?.focus();
}

function say(input, typed) {
  accept(input);
  const note = document.createElement("p");
  note.className = "note note-error";
  note.dataset.noGrade = "";
  note.textContent = `${typed} is no grade. Type 0 to 5, or nd, na, uk, rf.`;
  document.getElementById(`m-${idOf(input)}`).append(note);
  input.setAttribute("aria-invalid", "true");
}

function accept(input) {
  const note = document.querySelector(`#m-${CSS.escape(idOf(input))} [data-no-grade]`);
  if (!note) return;
  note.remove();
  input.removeAttribute("aria-invalid");
}

/* A digit typed behind "nd" answers the next cell: it must not take the reason's place. */
function onward(input, digit) {
  const next = after(input);
  if (!next || !isCell(next)) return next?.focus();
  next.focus();
  next.value = digit;
  return next.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("beforeinput", (event) => {
  const { target, inputType, data } = event;
  if (inputType !== "insertText" || event.isComposing || !data || !isCell(target)) return;
  const typed = plain(data);
  const whole = target.value.slice(0, target.selectionStart) + typed + target.value.slice(target.selectionEnd);
  const isWhole = target.selectionStart === target.selectionEnd && REASON.test(target.value);
  if (isWhole && GRADE.test(typed)) {
    event.preventDefault();
    onward(target, typed);
  } else if (ANSWER.test(whole)) accept(target);
  else if (BEGINS.test(typed)) accept(target), target.select();
  else {
    event.preventDefault();
    say(target, typed || "A space");
  }
});
document.addEventListener("input", advance);
document.addEventListener("compositionend", advance);
