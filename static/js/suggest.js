/* A text box with suggestions: data-suggest="/address/" answers ?q= with <li role="option" data-value data-fill>.
   Choosing puts data-value into the box and the values of data-fill (JSON by field name) into their fields.

   data-suggest-also='{"city": "customer_city"}'  what else belongs to the question: parameter → field of the form
   data-suggest-only-name                         only the box is filled
   data-suggest-opens                             choosing opens the option's page (data-url)

   Nothing is asked while an input method composes a word, nor before one pauses; the answer to an old question, or
   one that comes after the box was left, is dropped. */
const WAIT_MS = 200;
const AT_LEAST = 2;
const CHINESE = /[\u3400-\u9fff\uf900-\ufaff]/;
let made = 0;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.at = -1;
    this.filled = new Set();
    this.list = document.createElement("ul");
    this.list.className = "suggest-list";
    this.list.id = `suggest-${(made += 1)}`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels?.[0]?.firstChild?.textContent.trim() || input.name);
    const wrapper = document.createElement("div");
    wrapper.className = "suggest";
    input.before(wrapper);
    wrapper.append(input, this.list);
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-autocomplete", "list"]]) {
      input.setAttribute(name, value);
    }
    input.setAttribute("aria-controls", this.list.id);
    input.autocomplete = "off";
    input.addEventListener("input", (event) => event.isTrusted && !event.isComposing && this.ask());
    input.addEventListener("compositionstart", () => this.stop());
    input.addEventListener("compositionend", () => this.ask());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => {
      this.stop();
      this.close();
    });
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) this.choose(option);
    });
  }

  stop() {
    clearTimeout(this.timer);
    this.aborter?.abort();
  }

  ask() {
    this.stop();
    this.letGo();
    const text = this.input.value.trim();
    if (text.length < AT_LEAST && !CHINESE.test(text)) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.fetch(text), WAIT_MS);
  }

  letGo() {
    // What a choice filled in by itself (hidden fields) no longer holds once the text is changed.
    for (const name of this.filled) {
      const control = this.input.form?.elements[name];
      if (control?.type === "hidden") control.value = "";
    }
  }

  address(text) {
    const address = new URL(this.input.dataset.suggest, window.location.href);
    address.searchParams.set("q", text);
    for (const [name, field] of Object.entries(JSON.parse(this.input.dataset.suggestAlso || "{}"))) {
      const control = this.input.form?.elements[field];
      // What an earlier choice filled in says nothing about what is typed now.
      if (control?.value && !this.filled.has(field)) address.searchParams.set(name, control.value);
    }
    return address;
  }

  async fetch(text) {
    const aborter = new AbortController();
    this.aborter = aborter;
    try {
      const answer = await fetch(this.address(text), { signal: aborter.signal, headers: { "HX-Request": "true" } });
      const markup = answer.ok && !answer.redirected ? await answer.text() : "";
      if (aborter.signal.aborted) return;
      this.show(markup);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(markup) {
    this.list.innerHTML = markup;
    const options = this.options();
    options.forEach((option, index) => {
      option.id = `${this.list.id}-${index}`;
      option.setAttribute("aria-selected", "false");
    });
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    const live = document.querySelector("[data-live]");
    if (live && options.length) live.textContent = options[0].dataset.said || "";
  }

  options() {
    return [...this.list.querySelectorAll('[role="option"]')];
  }

  key(event) {
    const options = this.options();
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") this.stop();
    if (!options.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.mark(this.at < 0 && step < 0 ? options.length - 1 : (this.at + step + options.length) % options.length);
    } else if (event.key === "Enter" && this.at >= 0) {
      event.preventDefault();
      this.choose(options[this.at]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
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
    this.stop();
    if ("suggestOpens" in this.input.dataset && option.dataset.url) {
      window.location.assign(option.dataset.url);
      return;
    }
    this.input.value = option.dataset.value;
    const values = "suggestOnlyName" in this.input.dataset ? {} : JSON.parse(option.dataset.fill || "{}");
    for (const [name, value] of Object.entries(values)) this.fill(name, value);
    this.input.dispatchEvent(new CustomEvent("suggestion", { bubbles: true, detail: values }));
    this.input.dispatchEvent(new Event("input", { bubbles: true })); // a draft saves itself after this, too
    this.close();
  }

  fill(name, value) {
    const control = this.input.form?.elements[name];
    if (!control || control instanceof RadioNodeList) return;
    const isHidden = control.type === "hidden";
    if (!isHidden && !value && !this.filled.has(name)) return; // nothing known: what was typed stays
    const isOffered = !control.options || [...control.options].some((option) => option.value === value);
    if (!isOffered) return;
    control.value = value;
    this.filled.add(name);
    if (!isHidden) control.dispatchEvent(new Event("change", { bubbles: true }));
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
