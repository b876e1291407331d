/* Reads and writes the fields of the page by item id, and remembers each item's state as the server last told it. */

const seen = new Map();

for (const holder of document.querySelectorAll("#page-form [name^='seen:']")) {
  for (const [item, state] of Object.entries(JSON.parse(holder.value))) seen.set(`${holder.name.slice(5)}-${item}`, state);
}

export const state = { get: (id) => seen.get(id) ?? "", set: (id, value) => seen.set(id, value) };
/* A state is the stored text, or { missing: reason }; blank is "". */
export const isMissing = (state) => typeof state !== "string";
export const shown = (state) => (isMissing(state) ? "" : state);
/* As it is posted: the server tells a text from a reason by the field it stands in. */
export const posted = (state) => (isMissing(state) ? { seen: "", seen_missing: state.missing } : { seen: state });
export const isSame = (one, other) => (isMissing(one) ? one.missing === other.missing : one === other);
export const wrapper = (id) => document.getElementById(`i-${id}`);
/* Where the item is saved: its field's name, `pulse` of `vital-signs:1:pulse`, says form, number and item. */
export const addressOf = (id) => {
  const { name } = wrapper(id).querySelector("input, select, textarea");
  return `${document.getElementById("page-form").dataset.items}${name.replaceAll(":", "/")}/`;
};
export const idOf = (element) => element.closest("[data-item]")?.id.slice(2);
/* The id of the item whose own field this is; not of a reason or comment asked for beside it. */
export const ownId = (element) => (element.closest(".messages") ? undefined : idOf(element));

export function field(id) {
  const found = document.getElementById(`f-${id}`);
  return found?.matches("[role=radiogroup]") ? found.querySelector("input:checked") || found.querySelector("input") : found;
}

/* Moves the keyboard to a field as Tab does: what stands in it is selected, so that what is typed takes its place. */
export function goTo(found, options) {
  found?.focus(options);
  if (found?.matches("input") && found === document.activeElement) found.select();
}

/* What stands in the field, or what was calculated. */
export function read(id) {
  const found = document.getElementById(`f-${id}`);
  if (!found) return document.querySelector(`#c-${CSS.escape(id)} data`)?.value ?? "";
  return found.matches("[role=radiogroup]") ? (found.querySelector("input:checked")?.value ?? "") : found.value;
}

/* Whether something else stands in the field than what the page was drawn with. */
export function isTouched(id) {
  const found = document.getElementById(`f-${id}`);
  if (!found || found.disabled) return false;
  if (found.matches("[role=radiogroup]")) return [...found.querySelectorAll("input")].some((radio) => radio.checked !== radio.defaultChecked);
  if (!found.matches("select")) return found.value !== found.defaultValue;
  const drawn = [...found.options].findLast((option) => option.defaultSelected) ?? found.options[0];
  return found.value !== drawn?.value;
}

/* Whether the page itself proposes what stands in the field: it is stored after what is entered first into its row. */
export const isProposed = (id) => !state.get(id) && !isTouched(id) && Boolean(read(id));

export function write(id, value) {
  const found = document.getElementById(`f-${id}`);
  if (found.matches("[role=radiogroup]")) {
    for (const radio of found.querySelectorAll("input")) radio.checked = radio.value === value;
  } else {
    found.value = value;
  }
}

/* Says beside the field why there is no value, and what stands with the reason. */
export function tag(id, label, comment = "") {
  document.getElementById(`t-${id}`)?.remove();
  if (!label) return;
  const control = document.getElementById(`f-${id}`);
  const made = Object.assign(document.createElement("span"), { id: `t-${id}`, className: "missing-tag", textContent: label });
  if (comment) {
    const said = Object.assign(document.createElement("span"), { className: "missing-comment", dir: "auto", title: comment, textContent: comment });
    made.append(" · ", said);
  }
  (control.nextElementSibling?.matches(".unit") ? control.nextElementSibling : control).after(made);
}

/* The comment that stands with the reason of a field. */
export const commentOf = (id) => document.querySelector(`#t-${CSS.escape(id)} .missing-comment`)?.textContent ?? "";

/* Every field that Tab reaches, and the one in use, in the order of the page. */
export function inOrder() {
  const all = document.querySelectorAll("#page-form [data-item] :is(input, select, textarea)");
  const reached = (f) => !f.disabled && (f.tabIndex >= 0 || f === document.activeElement);
  return [...all].filter((f) => f.offsetParent && reached(f) && (f.type !== "radio" || f === field(idOf(f))));
}

/* The field after this one: what is proposed already is passed over, and Tab reaches it. */
export function after(input) {
  const all = inOrder();
  return all.slice(all.indexOf(input) + 1).find((each) => !isProposed(idOf(each)));
}

/* Shows an item only when it is asked, given the other values (a blank one can be among them); one that holds a value
   stays in sight. */
export function showAsked() {
  for (const item of document.querySelectorAll("[data-asked-of]")) {
    const other = wrapper(item.dataset.askedOf);
    const answer = read(item.dataset.askedOf).replaceAll(" ", "_");
    const asked = !other?.hidden && item.dataset.askedIf.split(" ").includes(answer);
    item.hidden = !asked && !read(idOf(item)) && !state.get(idOf(item));
  }
}
