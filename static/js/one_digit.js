/* Where one digit is a whole answer, typing it goes on by itself, in every form; what is no answer is refused at once. */

import { after, goTo, idOf, state } from "./fields.js";
import { placeOf } from "./messages.js";
import { gettext } from "./words.js";

const LETTER = /^[nur]$/i;
const REASON = /^(nd|na|uk|unk|rf)$/i;
const MAY_BECOME_ONE = /^(n|u|un|r)$/i;
const HABIT_MS = 1000;
let moved = { to: null, at: 0 };

/* Full-width keys as the plain ones, as the server reads them; no other sign is a digit: ④ is no answer, nor is ². */
const plain = (text) => text.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).trim();
const isOne = (input) => Boolean(input?.matches("input[data-digits]") && input.closest("#page-form"));
const limits = (input) => input.dataset.digits.split("-");

function isDigit(input, text) {
  const [low, high] = limits(input);
  return /^[0-9]$/.test(text) && low <= text && text <= high;
}

function advance({ target, isComposing }) {
  if (isComposing || !isOne(target) || !isDigit(target, plain(target.value))) return;
  target.value = plain(target.value);
  const next = after(target);
  if (next) goTo(next);
  else target.blur(); // At the end of the page: it is saved all the same.
  moved = { to: next, at: performance.now() };
}

/* Enter behind the digit, as behind every other value: it has moved on already, and must not pass over the next field. */
document.addEventListener("keydown", (event) => {
  const { to, at } = moved;
  if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  moved = { to: null, at: 0 };
  if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!to || event.target !== to || performance.now() - at > HABIT_MS) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

function tell(input, words) {
  const note = document.createElement("p");
  note.className = "note note-error";
  note.dataset.noDigit = "";
  note.textContent = words;
  placeOf(idOf(input)).append(note);
}

function say(input, typed) {
  const [low, high] = limits(input);
  const words = typed
    ? gettext("{typed} is no answer here. Type {low} to {high}, or nd, na, uk, rf.", { typed, low, high })
    : gettext("A space is no answer here. Type {low} to {high}, or nd, na, uk, rf.", { low, high });
  tell(input, words);
  input.setAttribute("aria-invalid", "true");
}

function accept(input) {
  const note = document.querySelector(`#m-${CSS.escape(idOf(input))} [data-no-digit]`);
  if (!note) return;
  note.remove();
  input.removeAttribute("aria-invalid");
}

function put(input, text) {
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/* Whether a digit may go there by itself: where one is typed anyway, or into a field of text in which nothing stands. */
const takes = (field) => isOne(field) || (field?.type === "text" && !field.value && !state.get(idOf(field)));

/* A digit typed behind "nd" is meant for the next field: it must not take the reason's place, nor that of what stands there. */
function onward(input, digit) {
  const next = after(input);
  if (!takes(next)) return tell(input, gettext("{typed} was not entered: no digit goes from here into what comes next. Press Enter to go on.", { typed: digit }));
  goTo(next);
  if (isOne(next) && !isDigit(next, digit)) return say(next, digit);
  return put(next, digit);
}

document.addEventListener("beforeinput", (event) => {
  const { target, inputType, data } = event;
  if (inputType !== "insertText" || event.isComposing || !data || !isOne(target)) return;
  const typed = plain(data);
  const whole = target.value.slice(0, target.selectionStart) + typed + target.value.slice(target.selectionEnd);
  const isWhole = target.selectionStart === target.selectionEnd && REASON.test(target.value);
  accept(target);
  if (!isWhole && (isDigit(target, whole) || REASON.test(whole) || MAY_BECOME_ONE.test(whole))) return;
  event.preventDefault();
  if (isWhole && /^[0-9]$/.test(typed)) onward(target, typed);
  else if (isDigit(target, typed) || LETTER.test(typed)) put(target, typed);
  else say(target, typed);
});
document.addEventListener("input", advance);
document.addEventListener("compositionend", advance);
