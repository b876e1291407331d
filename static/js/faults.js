/* What is wrong with a form stands beside its fields. Above the page stands all of it once more, as a list that leads into
   them; each field is marked, and told with what is wrong with it. A visit has lists of its own. */

import { ngettext } from "./words.js";

const FAULT = ".note-error, .wrong";
const FIELD = "input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled])";
const WITH_ITS_OWN_LIST = "#page-form";

const told = (element, name) => (element.getAttribute(name) ?? "").split(/\s+/).filter(Boolean);
const textOf = (element) => (element.innerText ?? element.textContent).replace(/\s+/g, " ").trim();

const TYPED = "textarea, input:not([type]), input[type=text], input[type=password], input[type=email], input[type=file]";

/* The fields that name it as what is wrong with them, or those of the one name that stand in the smallest box with it, or
   the only one of its form that is typed in. What stands with fields of several names is about none of them. */
function fieldsOf(fault) {
  const next = fault.nextElementSibling;
  const form = fault.closest("form") ?? (next?.matches("form") ? next : null);
  const shown = [...document.querySelectorAll(`main :is(${FIELD})`)].filter((field) => field.checkVisibility());
  const naming = shown.filter((field) => fault.id && told(field, "aria-describedby").includes(fault.id));
  if (naming.length || !form) return naming;
  for (let box = fault.parentElement; box && box !== form && form.contains(box); box = box.parentElement) {
    const within = shown.filter((field) => box.contains(field));
    if (within.length && new Set(within.map((field) => field.name)).size === 1) return within;
    if (within.length) break;
  }
  const typed = shown.filter((field) => field.form === form && field.matches(TYPED) && !field.readOnly);
  return typed.length === 1 ? typed : [];
}

/* Without what a label says more quietly: how long it may be, that it may stay empty. */
function nameOf(field) {
  const legend = field.matches("[type=radio], [type=checkbox]") && field.closest("fieldset")?.querySelector("legend");
  const label = (legend || field.labels?.[0])?.cloneNode(true);
  label?.querySelectorAll("input, select, textarea, .quiet, .help, .note-error").forEach((part) => part.remove());
  return (label && textOf(label)) || field.ariaLabel || field.name;
}

function mark(field, fault) {
  field.setAttribute("aria-invalid", "true");
  const ids = new Set([...told(field, "aria-describedby"), fault.id]);
  field.setAttribute("aria-describedby", [...ids].join(" "));
}

function faulty() {
  const found = [];
  for (const fault of document.querySelectorAll(`main :is(${FAULT})`)) {
    if (!fault.checkVisibility() || !textOf(fault) || fault.closest(WITH_ITS_OWN_LIST)) continue;
    const fields = fieldsOf(fault);
    if (!fields.length) continue;
    fault.id ||= `fault-${found.length}`;
    fields.forEach((field) => mark(field, fault));
    fields[0].id ||= `of-${fault.id}`;
    found.push({ field: fields[0], words: textOf(fault) });
  }
  return found;
}

function line({ field, words }) {
  const item = document.createElement("li"), link = document.createElement("a");
  link.href = `#${CSS.escape(field.id)}`;
  link.textContent = nameOf(field);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });
  item.append(link, ` · ${words}`);
  return item;
}

function list(found) {
  const box = document.createElement("section"), title = document.createElement("p"), all = document.createElement("ul");
  const words = document.createElement("strong");
  words.textContent = ngettext("{number} thing to put right", "{number} things to put right", found.length);
  title.id = "faults-title";
  title.append(words);
  all.append(...found.map(line));
  box.id = "faults";
  box.className = "note note-error faults";
  box.tabIndex = -1;
  box.setAttribute("aria-labelledby", title.id);
  box.append(title, all);
  return box;
}

const found = faulty();
if (found.length) {
  const box = list(found);
  document.querySelector("main").prepend(box);
  /* A page that has put the focus into the field that is wrong keeps it there. */
  if (document.activeElement === document.body) box.focus();
}
