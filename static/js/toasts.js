/* Notices after an action: they leave by themselves unless they are warnings or errors, or one is reading them. */
const STAYS_MS = 6000;

function leave(toast) {
  toast.classList.add("is-leaving");
  setTimeout(() => toast.remove(), 300);
}

function arm(toast) {
  if (toast.dataset.armed) return;
  toast.dataset.armed = "1";
  toast.querySelector("[data-toast-close]")?.addEventListener("click", () => leave(toast));
  if ("toastStays" in toast.dataset) return;
  let timer = setTimeout(() => leave(toast), STAYS_MS);
  toast.addEventListener("mouseenter", () => clearTimeout(timer));
  toast.addEventListener("mouseleave", () => {
    timer = setTimeout(() => leave(toast), STAYS_MS);
  });
}

export function startToasts() {
  const armAll = () => document.querySelectorAll("[data-toast]").forEach(arm);
  armAll();
  document.addEventListener("htmx:afterSettle", armAll);
}
