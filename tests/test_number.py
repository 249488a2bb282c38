"""A number is the same number however a language writes it, and what is part of a name is none."""

import pytest

from lockstep.guides import number
from lockstep.translations.wording import unsaid


@pytest.mark.parametrize(
    ("english", "translated"),
    [
        ("1,000 rows", "1000 行"),
        ("1,000 rows", "１０００行"),
        ("1,000 rows", "一千行"),
        ("100,000 rows", "10 万行"),
        ("100,000 rows", "十万行"),
        ("1.5 million rows", "150 万行"),
        ("a billion weights", "10 億個の重み"),
        ("two thousand rows", "2,000 行"),
        ("23 rows", "二十三行"),
        ("twenty-three rows", "23 行"),
        ("2 ranks", "两个 rank"),
        ("both ranks", "2 つのランク"),
        ("half of it", "50%"),
        ("half an hour", "30 分钟"),
        ("70 % of the rows", "七成的行"),
        ("the 3rd step", "第三步"),
        ("the third step", "第 3 步"),
        ("19 August 2027", "2027 年 8 月 19 日"),
        ("mid-2026", "2026 年年中"),
        ("hexadecimal digits", "16 進数"),
        ("Azure in China (21Vianet)", "世纪互联"),
        ("a cell, an output and a value", "cell、output、value の 3 つ"),
        ("one process", "1 つのプロセス"),
        ("2. Install it", "安装"),
        ("see https://example.org/2025/", "见 https://example.org/zh/2026/"),
        ("## A page {#page-25}", "## 一页 {#page-26}"),
    ],
)
def test_numbers_are_the_same_in_other_words(english: str, translated: str) -> None:
    assert unsaid(english, translated) == ([], [])


@pytest.mark.parametrize(
    ("english", "translated", "lacking", "added"),
    [
        ("1,000 rows", "10,000 行", ["1,000"], ["10,000"]),
        ("20 minutes", "几分钟", ["20"], []),
        ("some minutes", "20 分钟", [], ["20"]),
        ("version 3.10", "版本 3.1", ["3.10"], ["3.1"]),
        ("version 0.28.1", "版本 0.28.0", ["0.28.1"], ["0.28.0"]),
        ("7e-7 apart", "相差 7e-8", ["7e-7"], ["7e-8"]),
        ("four cores", "7 コア", [], ["7"]),
        ("4 cores", "五个核心", ["4"], []),
    ],
)
def test_other_numbers_are_found(
    english: str, translated: str, lacking: list[str], added: list[str]
) -> None:
    found = unsaid(english, translated)
    assert [[each.text for each in side] for side in found] == [lacking, added]


def test_small_numbers_are_not_asked_of_a_language_whose_words_are_unknown() -> None:
    assert unsaid("3 steps", "drei Schritte") == ([], [])
    assert unsaid("1.5 minutes", "1,5 Minuten") == ([], [])
    assert [each.text for each in unsaid("30 steps", "drei Schritte")[0]] == ["30"]


def test_a_number_knows_where_it_stands() -> None:
    assert [(it.text, it.start) for it in number.in_digits("in 2 of D4ds_v5, 3.5")] == [
        ("2", 3), ("3.5", 17),
    ]  # fmt: skip
