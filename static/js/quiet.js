/* What is rarely needed waits behind a small button with its name; without a script it stands open. */

import { field, goTo, read, state } from "./fields.js";
import { outbox } from "./outbox.js";

for (const item of document.querySelectorAll("#page-form [data-quiet]")) {
  const id = item.id.slice(2);
  if (state.get(id) || read(id) || outbox.get(id)) continue;
  item.hidden = true;
  if (field(id).disabled) continue;
  const label = item.querySelector(".label").firstChild.textContent;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "wanted", textContent: `+ ${label}` });
  button.addEventListener("click", () => {
    item.hidden = false;
    button.remove();
    goTo(field(id));
  });
  item.before(button);
}
