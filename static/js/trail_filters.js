/* The trail's filters: the items to choose from follow the form at once. */

const form = document.querySelector("#id_form");
const item = document.querySelector("#id_item");

form?.addEventListener("change", () => {
  item.value = "";
  form.form.requestSubmit();
});
