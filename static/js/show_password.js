/* Lets a person see what is typed as the password, until the form is sent. */

import { gettext } from "./words.js";

for (const button of document.querySelectorAll("[data-show-password]")) {
  const fields = button.getAttribute("aria-controls").split(" ").map((id) => document.getElementById(id));
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = fields[0].type === "password";
    for (const field of fields) field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
    button.textContent = shown ? gettext("Hide the password") : gettext("Show the password");
    fields[0].focus();
  });
  button.form.addEventListener("submit", () => fields.forEach((field) => (field.type = "password")));
}
