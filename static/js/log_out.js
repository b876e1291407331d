/* Whoever logs out leaves nothing typed behind in this tab: what is kept there is cleared, and nothing more is kept. */

let isUnderWay = false;

export const isLoggingOut = () => isUnderWay;

document.addEventListener("submit", (event) => {
  isUnderWay = Boolean(event.target.querySelector("[data-log-out]"));
  if (isUnderWay) sessionStorage.clear();
});
/* The browser may have asked whether to leave, and the answer was to stay: then what is typed is kept again. */
for (const kind of ["click", "input"]) document.addEventListener(kind, () => (isUnderWay = false), true);
