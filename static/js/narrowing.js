/* A list is narrowed as soon as a choice is made; what is not chosen does not stand in the address. */

const form = document.querySelector("[data-narrow]");
form.addEventListener("change", ({ target }) => target.matches("select") && form.requestSubmit());
form.addEventListener("submit", () => {
  for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
});
