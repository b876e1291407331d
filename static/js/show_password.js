/* Lets a person see what is typed as the password, until the form is sent. */

const button = document.querySelector("[data-show-password]");
const field = document.getElementById("id_password");

button.hidden = false;
button.addEventListener("click", () => {
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", shown);
  button.textContent = shown ? "Hide the password" : "Show the password";
  field.focus();
});
field.form.addEventListener("submit", () => (field.type = "password"));
