/* Whoever logs out leaves nothing typed behind in this tab. */

document.addEventListener("submit", (event) => {
  if (event.target.querySelector("[data-log-out]")) sessionStorage.clear();
});
