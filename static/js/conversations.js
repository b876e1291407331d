/* What the site asks and notes at an item: opened below it by Alt-Q or from its box, sent in place, kept until it is
   taken. The fields of the form are not touched by it. */

import { field, goTo, idOf, wrapper } from "./fields.js";
import { forget, putBack } from "./kept_questions.js";
import { placeOf } from "./messages.js";
import { problem } from "./trouble.js";
import { gettext } from "./words.js";

const form = document.getElementById("page-form");
const about = (id) => wrapper(id).querySelector("input, select, textarea").name;
const keptAs = (id) => `here-${form.dataset.items}${about(id)}`;

export function openAsk(id) {
  const place = placeOf(id, "k");
  const open = place.querySelector(".ask-box textarea");
  if (open) return open.focus();
  const box = document.getElementById("ask-template").content.firstElementChild.cloneNode(true);
  const text = box.querySelector("textarea");
  text.id = `ask-${id}`;
  text.dataset.kept = keptAs(id);
  box.dataset.askAt = id;
  const label = box.querySelector("label");
  label.htmlFor = text.id;
  const item = wrapper(id).querySelector(".label, .cell-label")?.firstChild.textContent.trim();
  label.textContent = item ? gettext("Note or question about {item}", { item }) : gettext("Note or question about this item");
  place.append(box);
  putBack(text);
  return text.focus();
}

/* Why nothing was sent, beside the text, which stays. */
function tell(holder, xhr) {
  const isWords = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  const words = xhr.status === 413 ? gettext("The text is too long: shorten it.") : isWords && xhr.responseText;
  const trouble = problem(xhr.status);
  const kept = trouble ? gettext("It is kept here: {trouble}.", { trouble }) : gettext("It is kept here: send it again.");
  const note = holder.querySelector("[data-not-sent]");
  note.hidden = false;
  note.textContent = gettext("Not sent. {why}", { why: words || kept });
  if (xhr.status === 401) document.dispatchEvent(new Event("ecrf:logged-out"));
}

async function send(button, url, values, needsText) {
  const holder = button.closest(".query");
  const text = holder.querySelector("[data-ask-text]");
  if (needsText && !text.value.trim()) return text.focus();
  const place = holder.closest(".messages");
  const id = place.id.slice(2);
  let answer = null;
  const note = ({ detail }) => (answer = detail.xhr);
  holder.addEventListener("htmx:afterRequest", note);
  holder.addEventListener("htmx:sendError", note);
  button.disabled = true;
  const sending = { source: holder, target: place, swap: "none", values: { text: text.value, ...values } };
  await htmx.ajax("POST", url, sending).catch(() => null);
  button.disabled = false;
  if (answer?.status !== 200) return tell(holder, answer ?? new XMLHttpRequest());
  forget(text);
  return goTo(field(id) ?? document.querySelector(`#k-${CSS.escape(id)} textarea`), { preventScroll: true });
}

function press(button) {
  const { openKind, goOn, finish, said } = button.dataset;
  const id = button.closest(".messages")?.id.slice(2);
  if (openKind) return send(button, `${form.dataset.items}questions/`, { about: about(id), kind: openKind }, true);
  return goOn ? send(button, goOn, { said }, true) : send(button, finish, { said }, false);
}

function leave(box) {
  const id = box.dataset.askAt;
  box.remove();
  goTo(field(id));
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.matches("[data-open-kind], [data-go-on], [data-finish]")) press(button);
  else if (button.matches("[data-leave-ask]")) leave(button.closest("[data-ask-at]"));
  else if (button.matches("[data-ask-here]")) {
    const { moreFor } = button.closest("[data-more-for]").dataset;
    button.closest("[data-more-for]").remove();
    openAsk(moreFor);
  } else if (button.matches("[data-copy-here]")) {
    const [crf, address, item] = about(button.closest("[data-more-for]").dataset.moreFor).split(":");
    location.assign(`${form.dataset.copies}&form=${crf}:${address}&item=${item}`);
  }
});

/* Before the page's own keys: in a text of these, Ctrl-Enter sends it, Escape leaves the box, Enter is a new line. */
document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (target.matches("[data-ask-text]")) {
    event.stopPropagation();
    if (key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      press(target.closest(".query").querySelector("[data-open-kind], [data-go-on]"));
    } else if (key === "Escape" && target.closest("[data-ask-at]")) leave(target.closest("[data-ask-at]"));
    return;
  }
  if (!event.altKey || event.code !== "KeyQ") return;
  const id = idOf(target);
  if (!id || !wrapper(id)) return;
  event.preventDefault();
  openAsk(id);
}, true);

/* What was typed and not sent before a reload stands open again. */
for (const item of document.querySelectorAll("#page-form [data-item]")) {
  const id = item.id.slice(2);
  try {
    if (item.querySelector("[name]") && sessionStorage.getItem(`ecrf-question:${document.body.dataset.userId}:${keptAs(id)}`)) {
      openAsk(id);
    }
  } catch {
    break; // A forbidden storage keeps nothing.
  }
}
const target = location.hash.startsWith("#k-") && document.getElementById(location.hash.slice(1));
if (target) addEventListener("load", () => requestAnimationFrame(() => target.querySelector("textarea")?.focus()));
