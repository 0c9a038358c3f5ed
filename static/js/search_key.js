/* "/" puts the cursor into the search; Escape leaves it. */
const TYPING = "input, textarea, select, [contenteditable]";

export function startSearchKey() {
  const search = document.querySelector("[data-search-key]");
  if (!search) return;
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest(TYPING)) {
      if (!search.offsetParent) return;
      event.preventDefault();
      search.focus();
      search.select();
    }
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") search.blur();
  });
}
