/* Grids of grades: one digit is a whole answer, and the cursor moves on by itself; what is no grade is refused at once. */

import { goTo, idOf, inOrder } from "../../js/fields.js";
import { placeOf } from "../../js/messages.js";
import { gettext } from "../../js/words.js";

const GRADE = /^[0-5]$/;
const BEGINS = /^[0-5nur]$/i;
const REASON = /^(nd|na|uk|rf)$/i;
const ANSWER = /^([0-5]|nd?|na|uk?|rf?)$/i;

/* Full-width keys as the plain ones, as the server reads them; no other sign is a digit: ④ is no grade, nor is ². */
const plain = (text) => text.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).trim();
const isCell = (input) => Boolean(input.dataset.row && input.closest("[data-grid][data-advance]"));

function after(input) {
  const all = inOrder();
  return all[all.indexOf(input) + 1];
}

function advance({ target, isComposing }) {
  if (isComposing || !isCell(target) || !GRADE.test(plain(target.value))) return;
  target.value = plain(target.value);
  goTo(after(target));
}

function say(input, typed) {
  const note = document.createElement("p");
  note.className = "note note-error";
  note.dataset.noGrade = "";
  note.textContent = typed
    ? gettext("{typed} is no grade. Type 0 to 5, or nd, na, uk, rf.", { typed })
    : gettext("A space is no grade. Type 0 to 5, or nd, na, uk, rf.");
  placeOf(idOf(input)).append(note);
  input.setAttribute("aria-invalid", "true");
}

function accept(input) {
  const note = document.querySelector(`#m-${CSS.escape(idOf(input))} [data-no-grade]`);
  if (!note) return;
  note.remove();
  input.removeAttribute("aria-invalid");
}

function put(input, text) {
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/* A digit typed behind "nd" answers the next cell: it must not take the reason's place. */
function onward(input, digit) {
  const next = after(input);
  goTo(next);
  if (next && isCell(next)) put(next, digit);
}

document.addEventListener("beforeinput", (event) => {
  const { target, inputType, data } = event;
  if (inputType !== "insertText" || event.isComposing || !data || !isCell(target)) return;
  const typed = plain(data);
  const whole = target.value.slice(0, target.selectionStart) + typed + target.value.slice(target.selectionEnd);
  const isWhole = target.selectionStart === target.selectionEnd && REASON.test(target.value);
  accept(target);
  if (!isWhole && ANSWER.test(whole)) return;
  event.preventDefault();
  if (!BEGINS.test(typed)) say(target, typed);
  else if (isWhole && GRADE.test(typed)) onward(target, typed);
  else put(target, typed);
});
document.addEventListener("input", advance);
document.addEventListener("compositionend", advance);
