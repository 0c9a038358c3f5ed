/* The work list of duplicates by keyboard: j or k takes the first row when none has the focus, x presses a row's button. */
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const link = event.target.closest("tr[data-row-url] .cell-title a");
  if (event.key === "x" && link) {
    link.closest("tr").querySelector("[data-row-key]")?.click();
    event.preventDefault();
  } else if ((event.key === "j" || event.key === "k") && !link) {
    const first = document.querySelector("tr[data-row-url] .cell-title a");
    if (!first) return;
    first.focus();
    first.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  }
});
