/* The review queue by keyboard: j or k takes the first row when none has the focus; then rows move by themselves. */
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "j" && event.key !== "k") return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  if (event.target.closest("tr[data-row-url] .cell-title a")) return;
  const first = document.querySelector("tr[data-row-url] .cell-title a");
  if (!first) return;
  first.focus();
  first.scrollIntoView({ block: "nearest" });
  event.preventDefault();
});
