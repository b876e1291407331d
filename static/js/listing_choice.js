/* The page where a listing is made: the search narrows the items; another way to join asks for its own days at once. */

import { alike } from "./alike.js";

const form = document.querySelector("[data-listing-choice]");
const search = form.querySelector("[data-search]");
const groups = [...form.querySelectorAll("[data-group]")];
const wasOpen = new Map(groups.map((group) => [group, group.open]));

search.hidden = false;
search.addEventListener("input", () => {
  const words = alike(search.value.trim()).split(/\s+/);
  for (const group of groups) {
    const title = alike(group.querySelector("summary").textContent);
    let any = false;
    for (const label of group.querySelectorAll("label")) {
      const text = `${title} ${alike(label.textContent)}`;
      label.hidden = !words.every((word) => text.includes(word));
      any ||= !label.hidden;
    }
    group.hidden = !any;
    group.open = search.value ? any : wasOpen.get(group);
  }
});
/* Enter in the search must not send the page. */
search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
form.addEventListener("change", ({ target }) => target.matches("[data-again]") && form.requestSubmit());
