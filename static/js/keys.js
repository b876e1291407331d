/* The keys of the visit's page and of the logs: what each does stands under "Keys" on the page. */

import "./missing_keys.js";
import "./choice_keys.js";
import { giveReason, openMore } from "./answers.js";
import { after, field, goTo, idOf, inOrder } from "./fields.js";

/* To the first field of the next form, or of the one before. */
function leap(from, step) {
  const forms = [...document.querySelectorAll("#page-form :is(.panel, .log-row)")];
  const here = forms.indexOf(from.closest(".panel, .log-row"));
  goTo(inOrder().find((each) => forms[here + step]?.contains(each)));
}

document.addEventListener("keydown", (event) => {
  const id = idOf(event.target);
  if (event.key === "F2" && id) {
    event.preventDefault();
    openMore(id);
  } else if (event.key === "Escape" && event.target.closest("[data-more-for]")) {
    const box = event.target.closest("[data-more-for]");
    goTo(field(box.dataset.moreFor));
    box.remove();
  } else if (event.key === "Enter" && (event.ctrlKey || event.altKey)) {
    const form = event.altKey && event.target.closest(".panel, .log-row");
    (form || document).querySelector(form ? "[value^=complete-form]" : "button[name=action][value=complete]")?.click();
  } else if (event.altKey && ["KeyN", "KeyP"].includes(event.code)) {
    event.preventDefault();
    leap(event.target, event.code === "KeyN" ? 1 : -1);
  } else if (event.altKey && event.code === "KeyA" && document.querySelector("[data-add-row]")) {
    event.preventDefault();
    document.querySelector("[data-add-row]").click();
  } else if (event.key === "Enter" && event.target.closest(".strike") && event.target.matches("input")) {
    event.preventDefault();
    event.target.closest(".strike").querySelector("button").click();
  } else if (event.key === "Enter" && event.target.closest("[data-reason-for]")?.contains(event.target) && event.target.matches("input")) {
    event.preventDefault();
    giveReason(event.target.closest("[data-reason-for]"));
  } else if (event.key === "Enter" && event.target.matches("[data-more-for] :is(input, select)")) {
    event.preventDefault();
    event.target.closest("[data-more-for]").querySelector("[data-set-missing]").click();
  } else if (event.key === "Enter" && event.target.matches("input:not([type=search]), select") && event.target.closest("#page-form")) {
    event.preventDefault();
    const next = after(field(id));
    if (!next) event.target.blur(); // At the end of the page: what was typed is saved all the same.
    goTo(next || event.target);
  }
});
