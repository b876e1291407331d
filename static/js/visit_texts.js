/* Report and letter of a monitoring visit: says what is not saved, and lets nothing that was typed get lost. */

import { drop, keep, putBack } from "./kept_texts.js";
import { gettext } from "./words.js";

/* A browser sends at most 64 KB from a page that is left; the form around the text takes some of it. */
const SENT_ON_LEAVING = 60_000;
const forms = [...document.querySelectorAll("[data-text-of-visit]")];
/* What acts on the texts as they are saved: finishing, and drafting the letter anew. */
const acts = [...document.querySelectorAll("[data-after-texts]")];
const unsaved = new Set();
/* Those the server answered and did not save: only their author's Save sends them again. */
const refused = new Set();
let waiting = null;
let goOn = "";

function say(form, words) {
  const state = form.querySelector(".text-state");
  state.querySelectorAll("p, textarea").forEach((each) => each.remove());
  const line = document.createElement("p");
  line.className = "note note-error";
  line.textContent = words;
  state.append(line);
}

for (const form of forms) {
  const text = form.querySelector("textarea[name=text]");
  let sent = text.value;
  let conflictAt = 0;
  form.dataset.based = form.querySelector("[name=seen]").value;
  const language = form.querySelector("[data-written-in]");
  language.addEventListener("change", () => (text.lang = language.value));
  text.addEventListener("input", () => {
    unsaved.add(form);
    keep(form);
  });
  form.addEventListener("htmx:beforeRequest", () => {
    sent = text.value;
  });
  /* The answer to a conflict brings the newer text's fingerprint. What was asked for before it stood on the page, and
     waited, or what leaving the field would send, would go over that text unread: only Save, pressed after, does. */
  form.addEventListener("htmx:confirm", (event) => {
    const { timeStamp, type } = event.detail.triggeringEvent;
    if (conflictAt && (timeStamp < conflictAt || type === "change")) event.preventDefault();
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    /* A refusal in words (409, 422) is shown as an answer and saves nothing. */
    const status = event.detail.xhr.status;
    const isSaved = status === 200;
    if (isSaved) refused.delete(form);
    else if (status === 409 || status === 422) refused.add(form);
    if (isSaved) conflictAt = 0;
    else if (status === 409) {
      conflictAt = performance.now();
      // Nor is a key that is on its way to the button a press made after it.
      if (document.activeElement?.matches("[type=submit]") && form.contains(document.activeElement)) {
        form.querySelector(".text-state").focus();
      }
    }
    if (isSaved && text.value === sent) {
      unsaved.delete(form);
      drop(form);
    }
    if (!isSaved) waiting = null;
    goOn = isSaved ? goOn : "";
    if (goOn && !unsaved.size) location.assign(goOn);
    if (waiting && !unsaved.size) {
      const act = waiting;
      waiting = null;
      act.requestSubmit(act.querySelector("[type=submit]"));
    }
  });
  form.addEventListener("htmx:sendError", () => {
    say(form, gettext("Not saved: the server cannot be reached. What you typed stays here; press Save again later."));
  });
  form.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const known = {
      401: gettext("Not saved: you are logged out. Log in again in another window. What you typed stays here; then press Save."),
      413: gettext("Not saved: the text is too long. Shorten it. What you typed stays here; then press Save."),
    };
    say(form, known[status] ?? gettext("Not saved: the server refused it. What you typed stays here; then press Save."));
  });
  /* What is saved now is what will be finished. */
  form.addEventListener("htmx:afterSwap", () => {
    const state = form.querySelector("[data-seen-of]");
    if (!state.querySelector("[data-saved]")) return;
    document.querySelectorAll(`[name=seen_${state.dataset.seenOf}]`).forEach((each) => (each.value = state.dataset.seen));
    form.dataset.based = state.dataset.seen;
  });
}

/* What was refused is not sent again unasked, over what stands in its place: its author is led to it. */
function saveFirst() {
  const [first] = refused;
  if (first) {
    first.closest("details").open = true;
    return first.elements.text.focus();
  }
  unsaved.forEach((form) => form.requestSubmit());
}

/* What is not saved yet is saved first; if it cannot be, the visit is not finished and nothing is drafted. */
for (const act of acts) {
  act.addEventListener("submit", (event) => {
    if (unsaved.size) {
      event.preventDefault();
      waiting = refused.size ? null : act;
      saveFirst();
    }
  });
}

/* What is printed is what was typed: it is saved first. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-after-saving]");
  if (!link || !unsaved.size) return;
  event.preventDefault();
  goOn = refused.size ? "" : link.href;
  saveFirst();
});

/* Typed before a reload, Back, or a sending that failed: it stands there again, and is sent once htmx has the page. */
for (const form of forms.filter(putBack)) {
  unsaved.add(form);
  form.closest("details").open = true;
  document.addEventListener("DOMContentLoaded", () => form.requestSubmit());
}

/* Left with something unsaved: it is sent on the way out. What is too long for that stays in this tab, and the browser
   asks first, since closing the tab would lose it. */
const isShort = (form) => new Blob([form.elements.text.value]).size < SENT_ON_LEAVING;
window.addEventListener("pagehide", () => {
  for (const form of [...unsaved].filter((one) => isShort(one) && !refused.has(one))) {
    fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => keep(form));
  }
});
window.addEventListener("beforeunload", (event) => {
  if (![...unsaved].every((form) => isShort(form) && keep(form) && !refused.has(form))) event.preventDefault();
});
