/* Where answers are chosen, a letter gives the answer that begins with it (again: the next such) or, where none does, the
   one of which a word begins with it; a digit the one with this number or, where no answer is a number, the one at this
   place. Where the answers are read in another language, the letters of their codes count: y is yes. */

import { ownId } from "./fields.js";
import { REASONS } from "./missing_keys.js";

/* The first letter of nd, na, uk or rf: what follows may make it a reason, so that the answer is not sent at once. */
const MAY_GO_ON = new Set(Object.keys(REASONS).map((reason) => reason[0]));

/* Nobody looks for an answer by these. */
const SMALL = new Set(["a", "an", "and", "at", "by", "in", "of", "on", "or", "the", "to"]);

const IS_TRANSLATED = document.documentElement.lang !== "en";

/* None of the empty answer of a list. */
const words = (option) => (option.textContent || option.closest("label")?.textContent || "").trim().toLowerCase();

const inside = (option) => words(option).split(/\s+/).slice(1);

function chosen(options, key, now) {
  const first = options.filter((option) => words(option).startsWith(key) || option.value === key);
  const fitting = first.length ? first : options.filter((option) => inside(option).some((word) => !SMALL.has(word) && word.startsWith(key)));
  const coded = fitting.length ? fitting : options.filter((option) => IS_TRANSLATED && option.value.toLowerCase().startsWith(key));
  if (coded.length) return coded[(coded.indexOf(now) + 1) % coded.length];
  return /[1-9]/.test(key) ? options[Number(key) - 1] : undefined;
}

function tell(input, kinds) {
  for (const kind of kinds) input.dispatchEvent(new Event(kind, { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !/^[a-z0-9]$/i.test(key)) return;
  if (!target.closest("#page-form") || !ownId(target)) return;
  if (target.matches("[role=radiogroup] input[type=radio]")) {
    const options = [...target.closest("[role=radiogroup]").querySelectorAll("input")];
    const option = chosen(options, key.toLowerCase(), options.find((each) => each.checked));
    if (!option || option.disabled) return;
    event.preventDefault();
    option.checked = true;
    option.focus();
    tell(option, MAY_GO_ON.has(key.toLowerCase()) ? ["input"] : ["input", "change"]);
  } else if (target.matches("select") && (/[0-9]/.test(key) || ![...target.options].some((each) => words(each).startsWith(key.toLowerCase())))) {
    const option = chosen([...target.options].filter((each) => each.value), key.toLowerCase(), target.selectedOptions[0]);
    if (!option) return;
    event.preventDefault();
    target.value = option.value;
    tell(target, ["input", "change"]);
  }
});
