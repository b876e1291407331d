/* The visit's page: saves each item when the focus leaves it, counts what is left, and loses nothing that was typed. */

import "./focus.js";
import "./carrying.js";
import "./keys.js";
import "./leaving.js";
import "./one_digit.js";
import "./pasting.js";
import "./quiet.js";
import "./spoken.js";
import { alike } from "./alike.js";
import { csrfToken } from "./csrf.js";
import { field, goTo, idOf, inOrder, isTouched, ownId, read, showAsked, shown, state, wrapper, write } from "./fields.js";
import { count, isToEnter } from "./counting.js";
import { isBehind } from "./drawn.js";
import { placeOf } from "./messages.js";
import { outbox } from "./outbox.js";
import { again, commit, flush, isSettled, onSettled } from "./saving.js";
import { going, say } from "./trouble.js";
import { gettext } from "./words.js";

const form = document.getElementById("page-form");
let waiting = null;

const keepTyped = (id) => outbox.put(id, { value: read(id), seen: outbox.get(id)?.seen ?? state.get(id), typing: true });

form.addEventListener("input", ({ target }) => {
  const id = ownId(target);
  if (id) keepTyped(id);
  say();
});
for (const leaving of ["change", "focusout"]) {
  form.addEventListener(leaving, ({ target }) => {
    const id = ownId(target);
    if (id && outbox.get(id)) commit(id);
    showAsked();
  });
}

/* A button waits until everything is saved; then it alone is posted, since the fields are saved already. */
form.addEventListener("submit", (event) => {
  if (form.dataset.sent) return event.preventDefault();
  const active = idOf(document.activeElement);
  if (active && outbox.get(active)) commit(active);
  const held = outbox.held()[0];
  if (isSettled() && !held) {
    form.dataset.sent = "yes";
    form.elements.csrfmiddlewaretoken.value = csrfToken();
    for (const each of form.querySelectorAll("[data-item] :is(input, select, textarea), [name^='seen:']")) each.disabled = true;
    return undefined;
  }
  event.preventDefault();
  if (held) return goTo(field(held));
  waiting = event.submitter;
  return flush();
});
/* The message that offers a button may have been drawn anew by what was saved meanwhile: the same button stands in it. */
function standing(button) {
  const isSame = (each) => ["type", "name", "value", "formaction"].every((name) => each.getAttribute(name) === button.getAttribute(name));
  return button.form === form ? button : [...form.elements].find(isSame);
}
onSettled(() => {
  const button = waiting && standing(waiting);
  waiting = null;
  if (button) form.requestSubmit(button);
});

/* What was typed and refused because it is locked: told, not put where the record stands. */
function tellHeld(id, value) {
  const note = Object.assign(document.createElement("p"), { className: "note note-error" });
  note.textContent = gettext("Not stored, as this cannot be changed now: you typed “{value}”.", { value });
  placeOf(id).replaceChildren(note);
  outbox.drop(id);
}

/* What was typed into the page before this script ran comes before what was kept: it is the later one. */
for (const item of document.querySelectorAll("#page-form [data-item]")) {
  const id = idOf(item);
  if (isTouched(id)) keepTyped(id);
}

/* Text typed before a reload, a crash or a Back: put it back and send it. */
for (const id of outbox.ids()) {
  const entry = outbox.get(id);
  if (!wrapper(id) || (!entry.missing && entry.value === shown(state.get(id)))) outbox.drop(id);
  else if (field(id)?.disabled) tellHeld(id, entry.value);
  else {
    write(id, entry.value);
    outbox.put(id, { ...entry, typing: entry.typing && idOf(document.activeElement) === id, held: false });
  }
}

/* What was typed waits in the outbox for the page that is drawn anew, which sends it. */
if (isBehind) {
  going.busy = "drawn anew";
  location.reload();
}

/* After the page has loaded: the browser's own scrolling to the target takes the focus away. */
function enterTarget() {
  goTo(inOrder().find((each) => target.contains(each)));
}

/* A number that names a row of a long log: which one, in words. */
document.addEventListener("input", ({ target }) => {
  const named = target.list && target.parentElement.querySelector("[data-named]");
  const typed = alike(target.value).trim();
  if (named) named.textContent = [...target.list.options].find(({ value }) => value === typed)?.textContent ?? "";
});

document.addEventListener("ecrf:saved", () => (showAsked(), count()));
document.addEventListener("ecrf:dropped", count);
document.addEventListener("htmx:afterSettle", count);
window.addEventListener("online", again);
window.addEventListener("beforeunload", (event) => {
  if (outbox.ids().length && !form.dataset.sent && !isBehind) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  const id = idOf(document.activeElement);
  if (document.hidden && id && outbox.get(id)) commit(id);
});

window.addEventListener("pageshow", (event) => event.persisted && location.reload());

document.documentElement.classList.add("has-script");
showAsked();
count();
say();
// htmx takes up the page on the same event, before this listener: only then can anything be sent.
document.addEventListener("DOMContentLoaded", flush);
document.dispatchEvent(new Event("ecrf:repaint"));
const target = location.hash && document.getElementById(location.hash.slice(1));
const gap = document.querySelector(".gaps a");
const refused = document.querySelector(".strike [role=alert]")?.closest(".strike").querySelector("input");
if (gap) goTo(field(gap.hash.slice(3)));
else if (refused) goTo(refused);
else if (target && target.matches("[data-panel]")) addEventListener("load", () => requestAnimationFrame(enterTarget));
else if (!target && !idOf(document.activeElement)) goTo(inOrder().find(isToEnter), { preventScroll: true });
