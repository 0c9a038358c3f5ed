/* Rows of a list selected for one action: by box, by range with Shift, by space or x on a row, a whole page.
   Boxes and buttons belong to a plain form; without this script they are merely always in sight. */
let anchor = null;

const rowsOf = (list) => [...list.querySelectorAll("[data-bulk-row]")];
const boxOf = (element) => element?.closest("tr")?.querySelector("[data-bulk-row]");

function show(list, speaks = false) {
  const bar = list?.querySelector("[data-bulk-bar]");
  if (!bar) return;
  const boxes = rowsOf(list);
  const chosen = boxes.filter((box) => box.checked).length;
  const everything = Boolean(bar.querySelector("[data-bulk-everything]")?.checked);
  const count = bar.querySelector("[data-bulk-count]");
  const some = count.dataset.some.replace("{n}", chosen.toLocaleString(document.documentElement.lang));
  bar.classList.toggle("is-on", chosen > 0 || everything);
  count.textContent = everything ? count.dataset.all : some;
  boxes.forEach((box) => box.closest("tr").classList.toggle("is-picked", box.checked || everything));
  list.querySelectorAll("[data-bulk-page]").forEach((whole) => {
    whole.checked = chosen > 0 && chosen === boxes.length;
    whole.indeterminate = chosen > 0 && chosen < boxes.length;
  });
  if (speaks) document.querySelector("[data-live]").textContent = chosen || everything ? count.textContent : "";
}

function pick(boxes, checked) {
  boxes.forEach((box) => {
    box.checked = checked;
  });
}

function letGoOfEverything(list) {
  pick(list.querySelectorAll("[data-bulk-everything]"), false);
}

function clear(list) {
  pick(rowsOf(list), false);
  letGoOfEverything(list);
  anchor = null;
  show(list, true);
}

function pickTo(box) {
  const boxes = rowsOf(box.closest(".list"));
  const [from, to] = [boxes.indexOf(anchor), boxes.indexOf(box)].sort((one, other) => one - other);
  if (from >= 0) pick(boxes.slice(from, to + 1), box.checked);
}

function neighbour(box, by) {
  const boxes = rowsOf(box.closest(".list"));
  return boxes[boxes.indexOf(box) + by];
}

function onKey(event) {
  const list = event.target.closest(".list");
  if (!list?.querySelector("[data-bulk-bar]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (list.querySelector(".bulk-bar.is-on")) clear(list);
    return;
  }
  const box = event.target.closest(".cell-title a") && boxOf(event.target);
  if (!box) return;
  if (event.key === " " || event.key === "x") {
    event.preventDefault();
    box.checked = !box.checked;
    if (event.shiftKey) pickTo(box);
    anchor = box;
  } else if (event.shiftKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const next = neighbour(box, event.key === "ArrowDown" ? 1 : -1);
    pick([box, next].filter(Boolean), true); // list.js moves on to the next row
    anchor = next || box;
  } else {
    return;
  }
  letGoOfEverything(list);
  show(list, true);
}

export function startSelecting() {
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-bulk-row]");
    if (box) {
      if (event.shiftKey && anchor) pickTo(box);
      anchor = box;
    }
    if (event.target.closest("[data-bulk-clear]")) clear(event.target.closest(".list"));
  });
  document.addEventListener("change", (event) => {
    const list = event.target.closest(".list");
    if (event.target.matches("[data-bulk-page]")) pick(rowsOf(list), event.target.checked);
    else if (event.target.matches("[data-bulk-everything]")) pick(rowsOf(list), event.target.checked);
    else if (!event.target.matches("[data-bulk-row]")) return;
    if (!event.target.matches("[data-bulk-everything]")) letGoOfEverything(list);
    show(list, true);
  });
  document.addEventListener("keydown", onKey);
  const showAll = () => document.querySelectorAll(".list").forEach((list) => show(list));
  document.addEventListener("htmx:afterSettle", showAll);
  window.addEventListener("pageshow", showAll); // the browser may bring a page back with its boxes as they were
  showAll();
}
