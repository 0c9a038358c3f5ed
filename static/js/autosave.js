/* A draft saves itself a while after the last change, by the form's own address and one-time key. Files wait for a
   button: they are sent once. What cannot be saved stays in the form and is said when a button is pressed. */
const IDLE_MS = 4000;
const told = document.querySelector("[data-autosaved]");
const form = told?.closest("form");
let timer = 0;
let isSending = false;

async function save() {
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
  data.set("action", "autosave");
  try {
    const answer = await fetch(window.location.href, { method: "POST", body: data, redirect: "manual" });
    if (answer.status === 204) {
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      told.textContent = `${told.dataset.autosaved} ${time}`;
    }
  } catch {
    // Offline: the next change tries again.
  }
}

if (form) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => isSending || save(), IDLE_MS);
  });
  form.addEventListener("submit", () => {
    isSending = true;
    clearTimeout(timer);
  });
}
