"""What property tests draw from: Python cells, text of any kind, guides; and how many times."""

from hypothesis import settings
from hypothesis import strategies as st

few = settings(max_examples=60, deadline=None)

names = st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
any_text = st.text(st.characters(exclude_categories=()), max_size=60)
"""Any Unicode: control and bidirectional characters, lone surrogates."""
line_text = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30)
comment_text = (
    st.sampled_from(
        [
            "One row",
            "%% name",
            "COMMAND ----------",
            "!ls",
            "+",
            "-",
            "---",
            "# %%",
            "行をコピー",
            "",
        ]
    )
    | line_text
)

_statements = st.sampled_from(
    [
        "x = 1",
        "x = 'a # b'  # tail",
        'text = """\n\n  # %% no header\n\t"""',
        "print(f'{x!r:>{5}} {{')",
        "for i in range(3):\n    # inner\n    x += i\n\n    print(x)",
        "def f(a, *, b=2):\n    return a  # back",
        "# whole\n# lines\ny = [\n    1,  # one\n    2,\n]",
        "if x: pass",
        "import math, os.path as p",
        "class A:\n\n    b: int = 0",
        "",
    ]
)
cells = st.lists(_statements, max_size=4).map(lambda parts: "\n".join(parts).strip("\n"))
"""Python as it stands in a cell: it begins and ends with a line that is not blank."""

_inline = st.sampled_from(
    [
        *(
            "text",
            "中文。",
            "**粗体**",
            "*em*",
            "`{{ cell a }}`",
            "{{ value rows }}",
            "{{ cell a }}",
        ),
        *("{{ value rows digits=2 }}", "[link {{ value rows }}](a.md)", "{{ broken", "<b>x</b>"),
        *("<!-- {{ cell a }} -->", "| a |", "\\", "]", "{{", "}}", "  ", "&amp;"),
    ]
)
_lines = st.lists(_inline, max_size=4).map("".join)
_starts = st.sampled_from(
    ["", "", "", "- ", "1. ", "    ", "        ", "> ", "> - ", "# ", '!!! note "{{ value rows }}"',
     "    !!! tip", '=== "Tab"', "```", "~~~", "    ```python", "| ", "|---|---|", ": ", "[^1]: ",
     "\t", "<div>", "</div>", "   "]
)  # fmt: skip
guides = st.lists(st.tuples(_starts, _lines).map("".join), max_size=14).map("\n".join)
"""Markdown that holds what Markdown holds, in any order."""
