/* Views and columns of a list: the panel of columns by mouse, touch and keyboard; what a new view keeps.
   Everything is sent by plain forms. */
const rowOf = (element) => element.closest("[data-column]");

function say(row) {
  const place = row.closest("form").querySelector("[data-columns-say]");
  const rows = [...row.parentElement.children];
  place.textContent = place.dataset.words
    .replace("{name}", row.querySelector(".form-check-label").firstChild.textContent.trim())
    .replace("{place}", rows.indexOf(row) + 1)
    .replace("{count}", rows.length);
}

function edges(list) {
  const rows = [...list.children];
  rows.forEach((row, at) => {
    row.querySelector('[data-column-move="-1"]').setAttribute("aria-disabled", String(at === 0));
    row.querySelector('[data-column-move="1"]').setAttribute("aria-disabled", String(at === rows.length - 1));
  });
}

function move(row, by, focus) {
  const list = row.parentElement;
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) list.insertBefore(row, other);
  else list.insertBefore(other, row);
  edges(list);
  focus.focus();
  row.scrollIntoView({ block: "nearest" });
  say(row);
}

function fillNewView(button) {
  const form = document.querySelector("[data-new-view]");
  if (!form) return;
  form.elements.query.value = button.dataset.viewQuery;
  form.elements.columns.value = button.dataset.viewColumns;
}

/* The tab in use is in sight on a narrow screen, without moving the page. */
function showTab() {
  document.querySelectorAll(".list-tabs").forEach((tabs) => {
    const here = tabs.querySelector(".is-here");
    if (here) tabs.scrollLeft = Math.max(0, here.offsetLeft - tabs.offsetLeft - 24);
    edgesOfTabs(tabs);
  });
}

function edgesOfTabs(tabs) {
  tabs.classList.toggle("has-more", tabs.scrollLeft + tabs.clientWidth < tabs.scrollWidth - 4);
}

export function startListViews() {
  document.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-column-move]");
    if (mover) move(rowOf(mover), Number(mover.dataset.columnMove), mover);
    if (event.target.matches("[data-column-stays]")) event.preventDefault();
    const opener = event.target.closest("[data-view-query]");
    if (opener) fillNewView(opener);
    if (event.target.closest('[data-dialog-open="columns"]')) edges(document.querySelector(".columns-list"));
  });
  document.addEventListener("keydown", (event) => {
    const row = event.altKey && event.target.closest("[data-column]");
    if (!row || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    move(row, event.key === "ArrowUp" ? -1 : 1, event.target);
  });
  document.addEventListener("scroll", (event) => {
    if (event.target.matches?.(".list-tabs")) edgesOfTabs(event.target);
  }, true);
  // Only a view shared with a role needs the role.
  const audience = () => {
    document.querySelectorAll("select[name=audience]").forEach((box) => {
      const role = box.form.querySelector("[name=role]")?.closest(".field");
      if (role) role.hidden = box.value !== "role";
    });
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[name=audience]")) audience();
  });
  document.addEventListener("htmx:afterSettle", showTab);
  window.addEventListener("resize", showTab);
  audience();
  showTab();
}
