/* The preview of an import: tick all rows of the page at once. */
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tick-all]")) return;
  document.querySelectorAll("[data-tick]").forEach((box) => {
    box.checked = event.target.checked;
  });
});
