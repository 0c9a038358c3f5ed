/* Lists: a row opens on click, by Enter and with the arrow keys; filters send themselves. */
function opens(event, row) {
  return row && !event.defaultPrevented && !event.target.closest("a, button, input, select, label, summary, form");
}

function go(row, inNewTab) {
  if (inNewTab) window.open(row.dataset.rowUrl, "_blank", "noopener");
  else window.location.assign(row.dataset.rowUrl);
}

function step(link, by) {
  const links = [...link.closest("tbody").querySelectorAll("tr[data-row-url] .cell-title a")];
  const next = links[links.indexOf(link) + by];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

/* A table that fits its place may keep its head in sight; a wider one scrolls in it. */
function measure() {
  document.querySelectorAll(".list-scroll").forEach((place) => {
    place.classList.remove("fits");
    place.classList.toggle("fits", place.scrollWidth <= place.clientWidth);
  });
}

export function startLists() {
  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-filters-toggle]");
    if (toggle) toggle.setAttribute("aria-expanded", String(toggle.form.classList.toggle("is-open")));
  });
  measure();
  window.addEventListener("resize", measure);
  document.addEventListener("htmx:afterSettle", measure);
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-row-url]");
    if (opens(event, row) && !String(window.getSelection())) go(row, event.ctrlKey || event.metaKey);
  });
  document.addEventListener("auxclick", (event) => {
    const row = event.target.closest("tr[data-row-url]");
    if (event.button === 1 && opens(event, row)) go(row, true);
  });
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest("tr[data-row-url] .cell-title a");
    if (!link) return;
    if (event.key === "ArrowDown" || event.key === "j") step(link, 1);
    else if (event.key === "ArrowUp" || event.key === "k") step(link, -1);
    else return;
    event.preventDefault();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "list") event.detail.target.classList.add("is-busy");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target?.id === "list") event.detail.target.classList.remove("is-busy");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "list") return;
    const live = document.querySelector("[data-live]");
    live.textContent = event.target.querySelector(".list-count")?.textContent.trim() || "";
  });
  // What was typed was asked for while typing: leaving the box must not swap the list under somebody's click.
  document.addEventListener(
    "change",
    (event) => {
      if (event.target.matches("[data-list-filters] input[type=search]")) event.stopPropagation();
    },
    true,
  );
  // Empty controls stay out of the address.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches?.("[data-list-filters]")) return;
    for (const [name, value] of [...event.detail.formData.entries()]) {
      if (value === "") event.detail.formData.delete(name);
    }
  });
}
