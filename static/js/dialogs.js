/* Native dialogs: data-dialog-open="id" opens, data-dialog-close closes, data-dialog-auto opens at once. */
function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

function openAutomatic(root) {
  root.querySelectorAll("dialog[data-dialog-auto]").forEach((dialog) => {
    dialog.removeAttribute("data-dialog-auto");
    open(dialog);
  });
}

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) {
      event.preventDefault();
      open(document.getElementById(opener.dataset.dialogOpen));
      return;
    }
    if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
    else if (event.target.matches("dialog") && !event.target.matches("[data-dialog-stays]")) {
      const box = event.target.getBoundingClientRect();
      const inside =
        event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && event.detail) event.target.close();
    }
  });
  openAutomatic(document);
  document.addEventListener("htmx:afterSettle", (event) => openAutomatic(event.target));
}
