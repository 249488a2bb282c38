"""Scripts: the characters of Chinese and Japanese, and which languages are written with them.

The classes are for use within the brackets of a regular expression.
"""

from lockstep.ground.language import Language

HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HIRAGANA = "\u3041-\u309f"
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
KANA = f"{HIRAGANA}{KATAKANA}"
LETTERS = f"{HAN}{KANA}"
CLOSING = "）」』】》〉］〕"
"""Brackets and quotes of full width that close."""
OPENING = "（「『【《〈［〔"
STOPS = "、。，．！？：；"


def is_full_width(language: Language) -> bool:
    """Whether a language is written without spaces, with punctuation of full width."""
    return language.locale.language in {"zh", "ja"}


def is_japanese(text: str) -> bool:
    """Whether Japanese can be written with the characters of a text (JIS X 0208 and 0213)."""
    try:
        text.encode("euc_jis_2004")
    except UnicodeEncodeError:
        return False
    return True
