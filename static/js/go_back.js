/* A page that refused what was sent leads back to the page on which it was typed. */

for (const button of document.querySelectorAll("[data-go-back]")) {
  button.hidden = history.length < 2;
  button.addEventListener("click", () => history.back());
}
