/* A text box with suggestions: data-suggest="/address/" answers ?q= with <li role="option" data-value data-fill>.
   Choosing puts data-value into the box and the values of data-fill (JSON by field name) into their fields. */
const WAIT_MS = 180;
const AT_LEAST = 2;
let made = 0;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.list = document.createElement("ul");
    this.list.className = "suggest-list";
    this.list.id = `suggest-${(made += 1)}`;
    this.list.setAttribute("role", "listbox");
    const wrapper = document.createElement("div");
    wrapper.className = "suggest";
    input.before(wrapper);
    wrapper.append(input, this.list);
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-autocomplete", "list"]]) {
      input.setAttribute(name, value);
    }
    input.setAttribute("aria-controls", this.list.id);
    input.autocomplete = "off";
    input.addEventListener("input", (event) => event.isTrusted && this.ask());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest('[role="option"]');
      if (option) this.choose(option);
    });
  }

  ask() {
    clearTimeout(this.timer);
    this.aborter?.abort();
    const text = this.input.value.trim();
    this.clearFilled();
    if (text.length < AT_LEAST) return this.close();
    this.timer = setTimeout(() => this.fetch(text), WAIT_MS);
    return undefined;
  }

  clearFilled() {
    // What a choice filled in by itself (hidden fields) no longer holds once the text is changed.
    for (const name of this.filledHidden || []) {
      const control = this.input.form?.elements[name];
      if (control) control.value = "";
    }
    this.filledHidden = [];
  }

  async fetch(text) {
    this.aborter = new AbortController();
    const address = new URL(this.input.dataset.suggest, window.location.href);
    address.searchParams.set("q", text);
    try {
      const answer = await fetch(address, { signal: this.aborter.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok) return this.close();
      this.list.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") this.close();
      return undefined;
    }
    this.options().forEach((option, index) => {
      option.id = `${this.list.id}-${index}`;
      option.setAttribute("aria-selected", "false");
    });
    this.input.setAttribute("aria-expanded", String(this.options().length > 0));
    this.at = -1;
    return undefined;
  }

  options() {
    return [...this.list.querySelectorAll('[role="option"]')];
  }

  key(event) {
    const options = this.options();
    if (!options.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.mark((this.at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length);
    } else if (event.key === "Enter" && this.at >= 0) {
      event.preventDefault();
      this.choose(options[this.at]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  mark(index) {
    this.at = index;
    this.options().forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
    this.options()[index].scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    this.input.value = option.dataset.value;
    const values = JSON.parse(option.dataset.fill || "{}");
    for (const [name, value] of Object.entries(values)) {
      const control = this.input.form?.elements[name];
      if (!control) continue;
      control.value = value;
      control.dispatchEvent(new Event("change", { bubbles: true }));
      if (control.type === "hidden") this.filledHidden = [...(this.filledHidden || []), name];
    }
    this.input.dispatchEvent(new CustomEvent("suggestion", { bubbles: true, detail: values }));
    this.close();
  }

  close() {
    this.list.innerHTML = "";
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

export function startSuggestions() {
  const start = (root) =>
    root.querySelectorAll("[data-suggest]:not([role=combobox])").forEach((input) => new Suggestions(input));
  start(document);
  document.addEventListener("htmx:afterSettle", (event) => start(event.target));
}
