"""Registry ids with valid check digits, made at random."""

from random import Random

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = [pow(3, place, 31) for place in range(17)]
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def uscc(rng: Random, admin_code: str) -> str:
    """Return a 统一社会信用代码 of a company registered in the city with this four-digit code."""
    body = rng.choice(("MA", "0", "5", "7", "6", "MAC"))
    body += "".join(rng.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(8 - len(body)))
    total = sum(
        ORGANISATION_ALPHABET.index(sign) * weight
        for sign, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)
    )
    remainder = 11 - total % 11
    check = {10: "X", 11: "0"}.get(remainder, str(remainder))
    code = f"91{admin_code}{rng.choice(('00', '02', '04', '05', '06', '11', '13', '81', '82'))}{body}{check}"
    total = sum(USCC_ALPHABET.index(sign) * weight for sign, weight in zip(code, USCC_WEIGHTS, strict=True))
    return code + USCC_ALPHABET[(31 - total % 31) % 31]


def taiwan_number(rng: Random) -> str:
    """Return a 統一編號: eight digits, the weighted sum of digits divisible by ten (so by five as well)."""
    digits = [rng.randint(0, 9) for _ in range(6)] + [rng.choice((0, 1, 2, 3, 4, 5, 6, 8, 9))]
    total = sum(
        sum(divmod(digit * weight, 10)) for digit, weight in zip(digits, (1, 2, 1, 2, 1, 2, 4), strict=True)
    )
    return "".join(map(str, digits)) + str(-total % 10)


def german_vat(rng: Random) -> str:
    """Return a USt-IdNr. (ISO 7064, mod 11,10)."""
    digits = [rng.randint(1, 9)] + [rng.randint(0, 9) for _ in range(7)]
    product = 10
    for digit in digits:
        product = 2 * ((digit + product) % 10 or 10) % 11
    return "DE" + "".join(map(str, digits)) + str((11 - product) % 10)


def dutch_vat(rng: Random) -> str:
    """Return a btw-nummer: nine digits that pass the eleven test, B and a serial."""
    while True:
        digits = [rng.randint(1, 9)] + [rng.randint(0, 9) for _ in range(7)]
        check = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
        if check < 10:
            return "NL" + "".join(map(str, digits)) + f"{check}B0{rng.randint(1, 3)}"


def registry_id(rng: Random, country: str, admin_code: str) -> str:
    """Return the registry id of an organisation in ``country``."""
    if country == "CN":
        return uscc(rng, admin_code)
    return {"TW": taiwan_number, "DE": german_vat, "NL": dutch_vat}[country](rng)
