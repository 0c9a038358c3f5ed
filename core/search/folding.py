"""Text folded to what is compared: Unicode form, width, case, accents, Chinese script, invisible characters.

Character by character, so that taking a part off a text never changes how the rest is folded.
"""

import re
import unicodedata

import opencc

LONGEST_INPUT = 2000
LONGEST_TEXT = 300

_CHINESE = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇"
CHINESE_RUN = re.compile(f"[{_CHINESE}]+")
_TOKEN = re.compile(rf"[{_CHINESE}]+|[^\W_{_CHINESE}]+")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)


class _Simplified(dict):
    """Each character's simplified form, asked of OpenCC once."""

    def __init__(self) -> None:
        super().__init__()
        self._converter = opencc.OpenCC("t2s")

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if code >= 0x2E80:
            for _step in range(3):
                further = self._converter.convert(character)
                if further == character or len(further) != 1:
                    break
                character = further
        self[code] = character
        return character


_simplified = _Simplified()


class _Visible(dict):
    """Each character as it is; line ends and controls a space, what cannot be seen nothing."""

    def __missing__(self, code: int) -> str:
        kind = unicodedata.category(chr(code))
        shown = " " if kind in ("Cc", "Zl", "Zp") else "" if kind in ("Cf", "Cs", "Co", "Cn") else chr(code)
        self[code] = shown
        return shown


_visible = _Visible()
_MARKS = re.compile("[\u0300-\u036f]")


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold().translate(_visible)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))
        text = text.translate(_LETTERS).translate(_simplified)
    return text


def unify(text: str) -> str:
    """Return ``text`` in one width, case and script without accents; punctuation stays. At most 300 characters.

    Doing it twice changes nothing more.
    """
    text = text[:LONGEST_INPUT]
    for _step in range(6):
        folded = _fold_once(text)[:LONGEST_TEXT]
        if folded == text:
            break
        text = folded
    return text


def tokens_of(unified: str) -> list[str]:
    """Return the words of unified text: runs of Chinese characters, and runs of other letters and digits.

    Spaces and punctuation between Chinese characters mean nothing and join them.
    """
    words: list[str] = []
    for word in _TOKEN.findall(re.sub(r"['’ʼ`´‘]", "", unified)):
        if words and is_chinese(word) and is_chinese(words[-1]):
            words[-1] += word
        else:
            words.append(word)
    return words


def fold(text: str) -> str:
    """Return the words of ``text``, unified, one space between them; no punctuation."""
    return " ".join(tokens_of(unify(text)))


def letters_of(folded: str) -> str:
    """Return folded text without its spaces."""
    return folded.replace(" ", "")


def is_chinese(text: str) -> bool:
    """Tell whether ``text`` begins with a Chinese character."""
    return bool(CHINESE_RUN.match(text))


def joined_letters(tokens: list[str]) -> list[str]:
    """Return the words with single letters that follow each other made one: ``s a`` is ``sa``."""
    joined: list[str] = []
    run = ""
    for token in [*tokens, ""]:
        if len(token) == 1 and token.isalpha() and not is_chinese(token):
            run += token
            continue
        if run:
            joined.append(run)
            run = ""
        if token:
            joined.append(token)
    return joined
