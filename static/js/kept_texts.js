/* Report and letter as they are typed and not saved yet: they survive a reload, Back and a failed sending in this tab,
   for the person who typed, with their language and the saved text they began from. After a conflict the page names the
   newer text, and sending again by itself would write over it. */

import { isLoggingOut } from "./log_out.js";

const keyOf = (form) => `ecrf-text:${document.body.dataset.user}:${form.getAttribute("action")}`;
const based = (form) => form.querySelector("[name=seen]");

/* Whether the text is kept: a full or forbidden storage keeps nothing. Who logs out wants nothing kept. */
export function keep(form) {
  if (isLoggingOut()) return true;
  const text = form.querySelector("textarea[name=text]").value;
  try {
    sessionStorage.setItem(keyOf(form), JSON.stringify({ text, seen: form.dataset.based, language: form.elements.language.value }));
    return true;
  } catch {
    return false;
  }
}

export function drop(form) {
  try {
    sessionStorage.removeItem(keyOf(form));
  } catch {
    // Nothing was kept there.
  }
}

/* Put back what was typed before; whether it is not what is saved. A browser may have filled the field again by itself. */
export function putBack(form) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(form)) || "null");
    const text = form.querySelector("textarea[name=text]");
    if (!kept || kept.text === text.defaultValue) return drop(form), false;
    text.value = kept.text;
    if (kept.language) text.lang = form.elements.language.value = kept.language;
    form.dataset.based = based(form).value = kept.seen;
    return true;
  } catch {
    return false;
  }
}
