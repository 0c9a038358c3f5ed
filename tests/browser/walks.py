"""What people do on the pages, click by click. Pages are found by name and address, never by their words."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

CHECKED = "#checking"
FILED = re.compile(r"/registrations/[A-Z2-9]{12}/$")


def open_list(page) -> None:
    """Go to the registrations by the navigation."""
    page.locator("a[href='/registrations/']:visible").first.click()
    page.wait_for_url("**/registrations/")


def fill_deal(page, words, lines, *, customer: str, document: Path | None = None, **left_out) -> None:
    """Fill the registration form but for what ``left_out`` names."""
    page.fill("[name=customer_name]", customer)
    page.keyboard.press("Escape")
    page.select_option("[name=customer_country]", "CN")
    page.fill("[name=customer_city]", words.city)
    page.fill("[name=customer_address]", words.address)
    page.fill("[name=project_name]", words.project if "project" not in left_out else "")
    page.select_option("[name=territory]", "cn-shanghai")
    for line in lines:
        page.check(f"[name=line_ids][value='{line.pk}']")
    page.fill("[name=value_0]", "250000")
    if "expected_close_on" not in left_out:
        page.fill("[name=expected_close_on]", (date.today() + timedelta(days=60)).isoformat())
    page.fill("[name=description]", words.description)
    page.fill("[name=contacts-0-name]", words.contact)
    page.fill("[name=contacts-0-email]", "wei@example.com")
    if document:
        page.set_input_files("[name=documents]", document)


def press(page, action: str) -> None:
    """Press Submit (``submit``) or Save draft (``draft``) of the registration form."""
    with page.expect_navigation():
        page.click(f"button[name=action][value={action}]")


def await_verdict(page) -> None:
    """Wait until the page itself shows that the check is over."""
    page.wait_for_selector(CHECKED, state="detached", timeout=20_000)


def reference_of(page) -> str:
    """Return the reference in the page's address."""
    return re.search(r"/(?:registrations|review)/([A-Z2-9]{12})/", page.url)[1]


def download(page, selector: str) -> bytes:
    """Click a download and return what comes."""
    with page.expect_download() as coming:
        page.click(selector)
    return Path(coming.value.path()).read_bytes()


def receipt_with_proof(page) -> dict:
    """Download the receipt until it holds its seal; that is a matter of seconds."""
    for _try in range(20):
        receipt = json.loads(download(page, "a[href$='receipt.json']"))
        if receipt.get("proof") or receipt.get("seal"):
            return receipt
        page.wait_for_timeout(500)
    raise AssertionError("the receipt never came with its seal")


def verify(page, receipt: dict, folder: Path, name: str) -> None:
    """Give a receipt to the public page."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(receipt, ensure_ascii=False), "utf-8")
    page.goto("/verify/")
    page.set_input_files("input[type=file]", path)
    with page.expect_navigation():
        page.locator("main form button.btn-primary, form[enctype] button.btn-primary").first.click()


def open_decision(page, action: str) -> None:
    """Open one of the decisions on the review page."""
    part = page.locator(f"details:has(form[action$='/{action}/'])")
    if not part.evaluate("(element) => element.open"):
        part.locator("summary").click()


def decide(page, action: str) -> None:
    """Press the button of a decision."""
    with page.expect_navigation():
        page.locator(f"form[action$='/{action}/'] button:visible").last.click()
