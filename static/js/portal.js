/* On every page: small behaviours by data attributes. Nothing here is needed to read or send a page. */
import { startDialogs } from "./dialogs.js";
import { startForms } from "./form.js";
import { startLists } from "./list.js";
import { startListViews } from "./list_views.js";
import { startSearchKey } from "./search_key.js";
import { startSelecting } from "./select.js";
import { startSuggestions } from "./suggest.js";
import { startToasts } from "./toasts.js";

document.documentElement.classList.add("has-script");
startSearchKey();
startToasts();
startDialogs();
startForms();
startLists();
startListViews();
startSelecting();
startSuggestions();

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const said = button.dataset.copied || button.title;
  document.querySelector("[data-live]").textContent = said;
  button.classList.add("is-copied");
  setTimeout(() => button.classList.remove("is-copied"), 1500);
});

// Signed out meanwhile: a part of the page asked for is answered by the sign-in page. Show that one whole.
document.addEventListener("htmx:beforeSwap", (event) => {
  const answered = new URL(event.detail.xhr.responseURL || window.location.href, window.location.href);
  if (!answered.pathname.startsWith("/auth/login/")) return;
  event.detail.shouldSwap = false;
  window.location.reload();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
