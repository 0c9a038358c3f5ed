"""What a person would notice on a page: scrolling sideways, codes, errors, unreadable colours."""

import re
from pathlib import Path

from django.utils.text import slugify

from tests.portal.test_words_on_pages import SAME_EVERYWHERE

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = Path(__file__).resolve().parent / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LAPTOP = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 780}

# A code as programs write it: in_review, registration.submitted, customer_name. Addresses and files may.
CODE = re.compile(r"(?<![\w@./-])[a-z]+(?:_[a-z0-9]+)+(?![\w@./-])|(?<![\w@./-])R\d\d(?!\w)")
EVENT = re.compile(r"(?<![\w@./-])(?:registration|account|opportunity|activity|project|partner)\.[a-z_]+\b")
# Left by Python or a template: the value was never meant to be read.
DEBRIS = re.compile(
    r"(?<!\w)None(?!\w)|&lt;|&amp;|\{\{|\{%|<QuerySet|object at 0x|gettext_lazy|\bnan\b|undefined"
)

# On a Chinese page, words in Latin letters that are the same in every language; addresses, files, references.
LATIN = re.compile(r"(?<![\w@./:-])[A-Za-z]{3,}(?![\w@/:-]|\.[a-z])")
OVERFLOW = """() => {
  const limit = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= limit) return [];
  const inside = (element) => {
    for (let above = element.parentElement; above; above = above.parentElement) {
      const how = getComputedStyle(above).overflowX;
      if (how === 'auto' || how === 'scroll' || how === 'hidden' || how === 'clip') return true;
    }
    return false;
  };
  return [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > limit + 1 && !inside(element))
    .slice(0, 5)
    .map((element) => `${element.tagName.toLowerCase()}.${element.className} to ${
      Math.round(element.getBoundingClientRect().right)} of ${limit}`)
    .concat([`page ${document.documentElement.scrollWidth} of ${limit}`]);
}"""

# A wall of colours that axe cannot judge (gradients, pictures) is left to the eye.
AXE_RUN = """async (only) => {
  const outcome = await axe.run(document, {
    resultTypes: ['violations'],
    runOnly: only || {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']},
  });
  return outcome.violations
    .filter((violation) => ['serious', 'critical'].includes(violation.impact))
    .map((violation) => `${violation.id}: ${violation.nodes.slice(0, 4).map((node) => {
      const why = node.any.concat(node.all)[0];
      return node.target.join(' ') + (why && violation.id === 'color-contrast' ? ' (' + why.message + ')' : '');
    }).join(' | ')}`);
}"""


class Watch:
    """Collects what goes wrong in a page without being looked at: errors on the console, refused code, 4xx, 5xx."""

    def __init__(self, page):
        self.troubles: list[str] = []
        self.expected: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("response", self._on_response)

    def _on_console(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text[:400]}")

    def _on_response(self, response):
        if response.status >= 400 and not any(part in response.url for part in self.expected):
            self.troubles.append(f"{response.status} {response.request.method} {response.url}")

    def take(self) -> list[str]:
        """Return what went wrong since the last time."""
        found, self.troubles[:] = list(self.troubles), []
        return found


def spoken(page) -> str:
    """Return what a person reads on the page, choices of lists included, addresses and typed text left out."""
    return page.evaluate("() => document.body.innerText")


def complaints(page, *, axe: bool = True, scheme: str | None = None) -> list[str]:
    """Return what is wrong with the page as it stands, at its present width."""
    found = [f"scrolls sideways: {what}" for what in page.evaluate(OVERFLOW)]
    text = spoken(page)
    for pattern, what in ((CODE, "a code"), (EVENT, "an event's code"), (DEBRIS, "debris")):
        found += [f"{what} on screen: {match[0]!r}" for match in pattern.finditer(text)][:5]
    if page.evaluate("() => document.documentElement.lang").startswith("zh"):
        words = {match[0] for match in LATIN.finditer(text)} - SAME_EVERYWHERE
        found += [f"not translated: {word!r}" for word in sorted(words)][:8]
    if axe:
        if not page.evaluate("() => typeof axe === 'object'"):
            page.evaluate(AXE.read_text("utf-8"))
        found += [f"axe: {violation}" for violation in page.evaluate(AXE_RUN, None)]
    return found


def look(page, name: str, *, widths=(LAPTOP, PHONE), axe: bool = True, dark: bool = False) -> list[str]:
    """Take the page's picture at every width and return what is wrong with it, each with its width."""
    SCREENSHOTS.mkdir(exist_ok=True)
    before = page.viewport_size
    found = []
    for size in widths:
        page.set_viewport_size(size)
        page.wait_for_timeout(80)
        page.screenshot(path=SCREENSHOTS / f"{slugify(name)}-{size['width']}.png", full_page=True)
        found += [f"{name} at {size['width']}: {what}" for what in complaints(page, axe=axe)]
    if dark:
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(120)
        page.screenshot(path=SCREENSHOTS / f"{slugify(name)}-dark.png", full_page=True)
        found += [f"{name} in the dark: {what}" for what in complaints(page)]
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)
    for line in found:
        print(line)  # so that what was seen before a later failure is seen, too
    return found
