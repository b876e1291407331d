/* What a person answers beside a field: a reason, whose value counts, why there is none; and the login in place. */

import { addressOf, commentOf, field, goTo, isMissing, shown, state, write } from "./fields.js";
import { clear, placeOf } from "./messages.js";
import { outbox } from "./outbox.js";
import { again, flush, send } from "./saving.js";

function keepStored(id, stored) {
  const now = JSON.parse(stored);
  state.set(id, now);
  write(id, shown(now));
  outbox.drop(id);
  clear(id);
  document.dispatchEvent(new Event("ecrf:dropped"));
  goTo(field(id));
  flush();
}

/* What was typed can mean two things, and one was chosen. */
function take(id, value) {
  write(id, value);
  send(id, { ...outbox.get(id), value, held: false });
  goTo(field(id));
}

export function giveReason(box) {
  const id = box.dataset.reasonFor;
  const reason = box.querySelector("input").value.trim();
  if (!reason) return box.querySelector("input").focus();
  outbox.put(id, { ...outbox.get(id), reason, held: false });
  goTo(field(id));
  return flush();
}

export function openMore(id) {
  const place = placeOf(id);
  if (place.querySelector(".more-box")) return;
  const box = document.getElementById("more-template").content.firstElementChild.cloneNode(true);
  box.dataset.moreFor = id;
  place.append(box);
  // What stands is shown, and not offered as if there were nothing: setting it anew would take the comment away.
  if (isMissing(state.get(id))) {
    box.querySelector("[data-missing]").value = state.get(id).missing;
    box.querySelector("[data-comment]").value = commentOf(id);
  }
  const isHeld = field(id)?.disabled;
  for (const each of box.querySelectorAll("[data-missing], [data-comment], [data-set-missing], [data-clear]")) each.hidden = isHeld;
  box.querySelector(isHeld ? "[data-show-history]" : "select").focus();
}

/* Opened right behind a value that is being saved: the answer fills the same place, and the box stays in it. */
document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
  const box = target.querySelector(":scope > .more-box");
  if (!box || !fragment.firstElementChild) return;
  const focused = box.contains(document.activeElement) && document.activeElement;
  fragment.firstElementChild.append(box);
  if (focused) queueMicrotask(() => focused.focus());
});

function inMore(button) {
  const box = button.closest("[data-more-for]");
  const id = box.dataset.moreFor;
  if (button.matches("[data-show-history]")) {
    const url = `${addressOf(id)}history/`;
    return htmx.ajax("GET", url, { target: box.querySelector("[data-history]"), swap: "innerHTML" });
  }
  const missing = box.querySelector("[data-missing]").value;
  if (button.matches("[data-set-missing]")) {
    if (!missing) return box.querySelector("select").focus();
    write(id, "");
    const comment = box.querySelector("[data-comment]").value;
    const seen = isMissing(state.get(id)) ? { ...state.get(id), comment: commentOf(id) } : state.get(id);
    send(id, { value: "", missing, comment, seen });
  } else if (button.matches("[data-clear]")) {
    write(id, "");
    send(id, { value: "" });
  }
  box.remove();
  return goTo(field(id));
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const { keep, mine, stored, more, reason, reading, readingOf } = button.dataset;
  if (more) openMore(more);
  else if (keep) keepStored(keep, stored);
  else if (mine) send(mine, { ...outbox.get(mine), seen: JSON.parse(stored), held: false });
  else if (reading) take(readingOf, reading);
  else if (reason) button.closest(".reason").querySelector("input").value = reason;
  else if (button.matches("[data-give-reason]")) giveReason(button.closest("[data-reason-for]"));
  else if (button.closest("[data-more-for]")) inMore(button);
});

document.addEventListener("ecrf:logged-out", () => {
  if (document.getElementById("log-in-again")) return;
  htmx.ajax("GET", document.body.dataset.loginUrl, { target: "#log-in-here", swap: "innerHTML" }).then(() => {
    const name = document.getElementById("again-username");
    name.value = document.body.dataset.user;
    document.getElementById("again-password").focus();
  });
});

/* Enter pressed in the moment before htmx has taken the form up: it must not leave the page. */
document.addEventListener("submit", (event) => {
  if (event.target.id !== "log-in-again" || event.defaultPrevented) return;
  event.preventDefault();
  htmx.process(event.target);
  setTimeout(() => event.target.requestSubmit());
});

document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (!target.closest("#log-in-again") || detail.xhr.status !== 204) return;
  if (detail.xhr.getResponseHeader("X-User") !== document.body.dataset.user) return location.reload();
  document.getElementById("log-in-here").replaceChildren();
  return again();
});
