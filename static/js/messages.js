/* A message begun stays in this tab until it is sent, whatever reloads the page. The thread above refreshes by itself
   and never touches the form. */
const form = document.querySelector("[data-message-draft]");
const box = form?.querySelector("textarea");

function stored(key) {
  try {
    return window.sessionStorage.getItem(key) || "";
  } catch {
    return ""; // no storage allowed: nothing is kept
  }
}

function keep(key, text) {
  try {
    if (text) window.sessionStorage.setItem(key, text);
    else window.sessionStorage.removeItem(key);
  } catch {
    // no storage allowed: nothing is kept
  }
}

if (form && box) {
  const key = form.dataset.messageDraft;
  const address = new URL(window.location.href);
  if (address.searchParams.has("sent")) {
    keep(key, "");
    address.searchParams.delete("sent");
    window.history.replaceState(null, "", address);
  }
  if (!box.value) box.value = stored(key);
  box.addEventListener("input", () => keep(key, box.value));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

function toEnd() {
  const thread = document.getElementById("thread");
  if (thread) thread.scrollTop = thread.scrollHeight;
}

toEnd();
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "thread" || event.detail.elt?.id === "thread") toEnd();
});
