/* Forms: sent once however often one presses, errors brought into view, rows that come and go. */
function guardAgainstTwice(form, submitter) {
  form.dataset.sent = "1";
  // After the browser has taken the values: a disabled button would not be sent with them.
  setTimeout(() => {
    form.querySelectorAll("button:not([type=button]), input[type=submit]").forEach((button) => {
      button.setAttribute("aria-disabled", "true");
    });
    submitter?.classList.add("btn-loading");
  });
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll('[aria-disabled="true"]').forEach((button) => button.removeAttribute("aria-disabled"));
  form.querySelectorAll(".btn-loading").forEach((button) => button.classList.remove("btn-loading"));
}

function renumber(markup, index) {
  return markup.replaceAll("__prefix__", String(index));
}

function addRow(formset) {
  const prefix = formset.dataset.formset;
  const total = formset.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
  const limit = Number(formset.querySelector(`[name="${prefix}-MAX_NUM_FORMS"]`)?.value || 1000);
  if (Number(total.value) >= limit) return;
  const rows = formset.querySelector("[data-formset-rows]");
  const template = formset.querySelector("[data-formset-empty]");
  rows.insertAdjacentHTML("beforeend", renumber(template.innerHTML, total.value));
  total.value = String(Number(total.value) + 1);
  rows.lastElementChild.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function removeRow(row) {
  const box = row.querySelector('[name$="-DELETE"]');
  if (box) {
    box.checked = true;
  } else {
    row.querySelectorAll("input:not([type=hidden]), textarea").forEach((control) => {
      control.value = "";
    });
  }
  row.classList.add("is-removed");
  row.closest("[data-formset]").querySelector("[data-formset-add]")?.focus();
}

function hideRemoved(root) {
  root.querySelectorAll("[data-formset-row]").forEach((row) => {
    if (row.querySelector('[name$="-DELETE"]')?.checked) row.classList.add("is-removed");
  });
}

// A field asked only with others: data-asked-with="tender_number opportunity_type=tender" (any of them).
function isAsked(control) {
  return control.dataset.askedWith.split(" ").some((condition) => {
    const [name, wanted] = condition.split("=");
    const other = control.form?.elements[name];
    return other && (wanted === undefined ? other.value.trim() !== "" : other.value === wanted);
  });
}

function showWhatIsAsked(form) {
  form.querySelectorAll("[data-asked-with]").forEach((control) => {
    const field = control.closest(".field");
    field.hidden = !isAsked(control) && !field.classList.contains("has-errors");
  });
}

export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-repeatable") || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    guardAgainstTwice(form, event.submitter);
  });
  // The browser may bring a page back as it was left, its buttons still off.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) release(form);
  });

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-formset-add]");
    if (add) addRow(add.closest("[data-formset]"));
    const remove = event.target.closest("[data-formset-remove]");
    if (remove) removeRow(remove.closest("[data-formset-row]"));
    const toError = event.target.closest("[data-error-summary] a");
    if (toError) {
      const control = document.getElementById(toError.hash.slice(1));
      if (control) {
        event.preventDefault();
        control.scrollIntoView({ block: "center" });
        (control.matches("input, select, textarea") ? control : control.querySelector("input, select, textarea"))?.focus();
      }
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.form) showWhatIsAsked(event.target.form);
  });
  document.querySelectorAll("form:has([data-asked-with])").forEach(showWhatIsAsked);
  hideRemoved(document);
  document.querySelector("[data-error-summary]")?.focus();
}
