"""Corpus mode: what recurs as furniture is proposed, what recurs as content survives, and the file passes the rules' self-test."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.document import Document
from cleaner.matcher import Matcher
from cleaner.mine import Mined, mine
from cleaner.mine_counts import Sketch
from cleaner.rulefile import load_rules
from cleaner.selfcheck import check_rules

Text = tuple[str, str | None]

HEAD = ["The Fellbrook Chronicle", "News from the valley since 1911", "Valley", "Farming"]
INSIDE = ["Story continues below", "ADVERTISEMENT"]
TAIL = [
    "More from the valley",
    "The Fellbrook Chronicle is printed on Thursdays and sold in all villages between the pass and the lake.",
    "Send us your pictures of the harvest, and we will print the best of them.",
    "Sign up for the Chronicle newsletter and get the news of the valley each morning.",
    "12 Quay Street, Fellbrook",
    "© Fellbrook Chronicle Ltd. All rights reserved.",
]
NOUNS = "mill barge orchard bell quarry ferry market lantern chapel weir granary stable viaduct tannery kiln forge".split()
PLACES = "Arden Brook Cade Dunmere Elder Farrow Garth Holm Ister Jarrow Kell Lorne Marl Nye Orme Pell".split()
SYLLABLES = "ba bro ce cla da dre fe flo ga gri ha hu ki kra la lo mi mo na ne pa plo ra ri sa sto ta tru va vo wi za".split()


def article(seed: int, paragraphs: int = 4) -> list[str]:
    """An invented article with a vocabulary of its own: a title, then paragraphs that no other seed gives."""
    rng = random.Random(seed)

    def word(size: int) -> str:
        return "".join(rng.choice(SYLLABLES) for _ in range(size))

    def clause() -> str:
        return f"{word(2)} {rng.choice(NOUNS)} of {word(3).title()} {word(4)} {word(3)} {rng.randrange(2, 900)} {word(5)}"

    title = f"{word(3).title()} and its {rng.choice(NOUNS)} {word(4)}"
    return [title, *(f"{word(3).title()} {clause()}, {clause()}, {clause()} {word(3)}." for _ in range(paragraphs))]


def site(numbers: Iterable[int], sep: str = "\n") -> list[str]:
    """Articles with the site's furniture printed around and into them."""
    texts = []
    for number in numbers:
        title, first, *rest = article(number)
        texts.append(sep.join([*HEAD, title, first, *INSIDE, *rest, *TAIL]))
    return texts


def source(texts: Sequence[str], group: str | None = None) -> Callable[[], Iterable[Text]]:
    return lambda: ((text, group) for text in texts)


def removed(mined: Mined, texts: Iterable[str], path: Path) -> list[str]:
    """What the mined rules match in ``texts``; the file must pass the self-test on the way."""
    path.write_text(mined.toml(), encoding="utf-8")
    book = load_rules([path])
    assert check_rules(book) == []
    matcher = Matcher(book)
    return [text[m.start : m.end] for text in texts for m in matcher(Document(text, lang="en")).matches.get("debris", ())]


@pytest.mark.parametrize(
    "line",
    [
        "“We will rebuild the bridge before the frost,” said the mayor.",
        "Row on, row on, the river never sleeps",
        "In witness whereof the undersigned have signed this treaty.",
        "Conclusion",
        "By Hanna Reed",
        "May 3, 1994",
        "He did not elaborate.",
    ],
)
@pytest.mark.parametrize("place", [1, 3, 99])
def test_content_that_recurs_survives(line: str, place: int, tmp_path: Path) -> None:
    texts = []
    for number in range(40):
        lines = article(number)
        lines.insert(place, line) if number < 8 else None
        texts.append("\n".join(lines))
    assert removed(mine(source(texts), accept_precision=0.99), texts, tmp_path / "mined.toml") == []


def test_a_title_that_recurs_survives(tmp_path: Path) -> None:
    texts = ["\n".join(["A letter from the lake", *article(number)[1:]]) for number in range(20)]
    assert removed(mine(source(texts), accept_precision=0.99), texts, tmp_path / "mined.toml") == []


def test_verse_survives(tmp_path: Path) -> None:
    refrain = ["Row on, row on, the river never sleeps", "The lamps are out, the water keeps"]
    texts = [
        "\n".join([f"The {noun} of {place}", *refrain, f"No {noun} was ever warm", *refrain])
        for noun in NOUNS
        for place in PLACES
    ]
    assert removed(mine(source(texts), accept_precision=0.99), texts, tmp_path / "mined.toml") == []


def test_copies_of_one_article_are_no_evidence(tmp_path: Path) -> None:
    texts = ["\n".join([*article(1), f"Printed in {place}."]) for place in PLACES] + ["\n".join(article(n)) for n in range(2, 30)]
    mined = mine(source(texts))
    assert mined.copies == len(PLACES) - 1
    assert removed(mined, texts, tmp_path / "mined.toml") == []


def test_phrases_of_the_language_survive_in_documents_of_one_line(tmp_path: Path) -> None:
    texts = [
        " ".join(["We are very happy to announce the new", *article(number), "He did not want to say more about it."])
        for number in range(30)
    ]
    assert removed(mine(source(texts), accept_precision=0.99), texts, tmp_path / "mined.toml") == []


@pytest.mark.parametrize("group", [None, "fellbrook.example"])
def test_furniture_of_a_site_is_found(group: str | None, tmp_path: Path) -> None:
    own, others = site(range(12)), ["\n".join(article(number)) for number in range(100, 300)]
    texts = own + others
    mined = mine(lambda: [*source(own, group)(), *source(others, "other.example" if group else None)()], accept_precision=0.99)
    found = removed(mined, texts, tmp_path / "mined.toml")
    assert set(found) == {*HEAD, *INSIDE, *TAIL}
    assert len(found) == 12 * len([*HEAD, *INSIDE, *TAIL])
    assert all(proposal.group == (group or "") for proposal in mined.proposals)


def test_furniture_in_documents_of_one_line_is_found(tmp_path: Path) -> None:
    texts = site(range(12), sep=" ") + [" ".join(article(number)) for number in range(100, 200)]
    found = removed(mine(source(texts), accept_precision=0.99), texts, tmp_path / "mined.toml")
    whole = " ".join(HEAD), " ".join(TAIL)
    assert sum(map(len, found)) >= 0.9 * 12 * sum(map(len, whole))
    assert all(any(part in text for text in whole) for part in found)


def test_a_proposal_that_a_healthy_document_holds_is_dropped(tmp_path: Path) -> None:
    texts = site(range(12)) + ["\n".join(article(number)) for number in range(100, 200)]
    healthy = ["Four fields, four stories.\nFarming\nMore barley than rye grew this year."]
    mined = mine(source(texts), accept_precision=0.99, healthy=healthy)
    assert (mined.healthy, mined.spared) == (1, 1) or "Farming" not in {proposal.text for proposal in mined.proposals}
    assert not removed(mined, healthy, tmp_path / "mined.toml")


def test_known_lines_need_no_rule() -> None:
    mined = mine(source(site(range(12))), known=lambda line: line == "ADVERTISEMENT")
    assert "ADVERTISEMENT" not in {proposal.text for proposal in mined.proposals}
    assert "Story continues below" in {proposal.text for proposal in mined.proposals}


def test_the_file_says_what_was_counted() -> None:
    text = mine(source(site(range(12)), "fellbrook.example"), accept_precision=0.99).toml()
    assert text.startswith("# Proposed from 12 documents, 0 of them copies of others")
    assert "format = 1\n" in text
    assert "12 documents of fellbrook.example" in text
    assert 'id       = "debris.mined-fellbrook-example-' in text


def test_nothing_recurs_in_an_empty_collection() -> None:
    assert mine(source([])).toml().endswith("format = 1\n")


def test_one_document_is_no_collection() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        mine(source(["text"]), min_documents=1)


def test_a_small_sketch_and_little_room_lose_no_exactness() -> None:
    texts = site(range(12)) + ["\n".join(article(number)) for number in range(100, 200)]
    assert mine(source(texts), sketch_bits=12, max_candidates=60).proposals == mine(source(texts)).proposals


def test_the_order_of_documents_does_not_matter() -> None:
    texts = site(range(12)) + ["\n".join(article(number)) for number in range(100, 150)]
    there, back = mine(source(texts)), mine(source(texts[::-1]))
    assert {proposal.text for proposal in there.proposals} == {proposal.text for proposal in back.proposals}


@given(st.lists(st.binary(min_size=12, max_size=12), max_size=200))
def test_the_sketch_never_counts_too_few(digests: list[bytes]) -> None:
    sketch = Sketch(6)
    for digest in digests:
        sketch.add(digest)
    assert all(sketch.count(digest) >= min(255, digests.count(digest)) for digest in digests)


@settings(max_examples=20)
@given(st.lists(st.text(max_size=60), max_size=12))
def test_any_text_can_be_mined(lines: list[str]) -> None:
    texts = ["\n".join(lines)] * 3 + ["\r\n".join([*lines, f"Line {n}"]) for n in range(4)]
    mined = mine(source(texts), sketch_bits=10)
    assert mined.toml().startswith("# Proposed")


def lines_of(path: Path) -> list[tuple[str, str | None, list[object]]]:
    rows = [json.loads(row) for row in path.read_text(encoding="utf-8").split("\n") if row]
    return [
        (
            "\n".join(line["text"].replace("\n", " ") for line in row["lines"]),
            row["site"],
            [line["label"] for line in row["lines"]],
        )
        for row in rows
    ]


def test_figures_on_labelled_snippets(data_dir: Path, tmp_path: Path) -> None:
    """Three views of each page: no article line may go, though each stands in three documents."""
    rows = lines_of(data_dir / "debris" / "dev_sparse.jsonl")
    mined = mine(lambda: ((text, group) for text, group, _ in rows), accept_precision=0.99)
    path = tmp_path / "mined.toml"
    path.write_text(mined.toml(), encoding="utf-8")
    book = load_rules([path])
    assert check_rules(book) == []
    matcher = Matcher(book)
    hits: list[object] = []
    for text, _, labels in rows:
        document = Document(text, lang="de")
        hits += [labels[document.lines.at(match.start)] for match in matcher(document).matches.get("debris", ())]
    assert hits.count(1) >= 60  # 73 of the labelled debris lines stand on three pages
    assert hits.count(1) >= 0.99 * (hits.count(1) + hits.count(0))


@pytest.mark.parametrize("name", ["en_text", "ml_text"])
@pytest.mark.parametrize("sep", ["\n", " "])
def test_figures_on_a_collection_with_one_site(data_dir: Path, tmp_path: Path, name: str, sep: str) -> None:
    """One site's furniture in 30 of 600 clean documents: found, and nothing else removed."""
    zstandard = pytest.importorskip("zstandard")
    with (data_dir / "train" / f"{name}.jsonl.zst").open("rb") as file:
        stream = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")
        texts = [row["text"] for row in map(json.loads, stream) if len(row["text"]) > 600]
    texts = random.Random(7).sample(texts, 600)
    documents = []
    for number, text in enumerate(texts):
        first, *rest = text.split("\n")
        dressed = number % 20 == 0
        lines = [*HEAD, " ".join(first.split()[:7]), first, *INSIDE, *rest, *TAIL] if dressed else [first, *rest]
        documents.append(sep.join(lines))
    found = removed(mine(source(documents), accept_precision=0.99), documents, tmp_path / "mined.toml")
    furniture = sep.join(HEAD), sep.join(INSIDE), sep.join(TAIL)
    right = sum(len(part) for part in found if any(part in text for text in furniture))
    assert right >= 0.99 * sum(map(len, found))
    assert right >= (0.99 if sep == "\n" else 0.9) * 30 * sum(len(line) for line in [*HEAD, *TAIL])
