/* Some questions wait until a form is left, since what they miss is entered further below in it. */

import { wrapper } from "./fields.js";
import { RETRY_MS, isSettled, onSettled } from "./saving.js";

const changed = new Set();
let inside = null;
let left = null;

const holder = (element) => element?.closest("[data-asks-when-left]");

document.addEventListener("ecrf:outcome", ({ detail }) => {
  const form = holder(wrapper(detail.id));
  if (form && detail.outcome === "saved") changed.add(form);
});

document.addEventListener("focusin", ({ target }) => {
  const form = holder(target);
  if (inside && inside !== form) left = inside;
  inside = form;
  ask();
});

/* What was typed last comes first: a lot entered as the last thing settles the question before it is asked. */
function ask() {
  const form = left;
  if (!form || !isSettled()) return;
  left = null;
  if (!changed.delete(form) || form === inside) return;
  const address = form.querySelector("[name^='seen:']").name.slice(5).replace(/-(?=\d+$)/, "/");
  const url = `${document.getElementById("page-form").dataset.items}${address}/leave/`;
  htmx.ajax("POST", url, { source: form, swap: "none" }).catch(() => {}); // told by htmx:afterRequest
}
/* While a file is imported for the patient, what is missed is asked later. */
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.xhr.status !== 423 || !target.matches("[data-asks-when-left]")) return;
  changed.add(target);
  setTimeout(() => {
    left ??= target;
    ask();
  }, RETRY_MS);
});
onSettled(ask);

document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches("[data-asks-when-left]")) event.detail.parameters = {};
});
