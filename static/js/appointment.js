// The form of an appointment: the window of the visit that is chosen, the day on it, and the reason once it lies outside.

const form = document.querySelector("[data-appointment]");
const { visit, day } = form.elements;
const reason = form.querySelector("[data-reason]");
const windows = [...form.querySelectorAll("[data-window]")];

function show() {
  for (const one of windows) {
    one.hidden = one.dataset.window !== visit.value;
    for (const box of one.querySelectorAll("[data-day]")) {
      box.classList.toggle("marked", box.dataset.day === day.value);
    }
  }
  const { opens, closes } = windows.find((one) => !one.hidden)?.dataset ?? {};
  const isOutside = Boolean(opens && day.value) && (day.value < opens || day.value > closes);
  const keeps = reason.querySelector("input").value !== "";
  reason.hidden = !isOutside && !keeps;
}

visit.addEventListener("change", show);
day.addEventListener("input", show);
show();
