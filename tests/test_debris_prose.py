"""What belongs to the text around it stays, whatever it looks like on its own."""

from __future__ import annotations

import pytest

from cleaner import Chain
from cleaner.stages.prose import is_mention

LONG = "The long paragraph of this article tells about the bridge, the mill and the road in far more than fifteen words, as it should."


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{LONG}\n\nIf you find an error in this page please send us your\nfeedback.\n", id="last line of wrapped text"),
        pytest.param(f"{LONG}\n\nThey would not say who had been asked to pay for the\nNext.\n", id="after a word that leads on"),
        pytest.param(f"{LONG}\n\n## Contact\n\nOpen an issue, or write to Anna.\n", id="heading with hashes"),
        pytest.param(f"{LONG}\n\nNewsletter\n----------\n\nOpen an issue, or write to Anna.\n", id="underlined heading"),
        pytest.param('Scroll to "Leave a Reply" and type what you want to say about it.', id="quoted label"),
        pytest.param("The label says Leave a Reply in blue letters on a yellow ground.", id="label as an object"),
    ],
)
def test_it_stays(text: str) -> None:
    assert Chain.default(stages=("debris",)).clean(text).text == text


def test_a_label_after_a_title_still_goes() -> None:
    text = f"Harbour city opens its first tidal power plant\nShare on Facebook\n\n{LONG}\n"
    assert Chain.default(stages=("debris",)).clean(text).text == f"Harbour city opens its first tidal power plant\n\n{LONG}\n"


@pytest.mark.parametrize(("text", "mention"), [("It rang. Share This Story It went.", False), ("*Share This Story* it said", True)])
def test_mentions(text: str, mention: bool) -> None:
    start = text.index("Share")
    assert is_mention(text, start, start + len("Share This Story")) is mention
