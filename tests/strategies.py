"""Hypothesis strategies: text with the damage that corpora really carry, and edits and stages that behave badly."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from cleaner.model import Edit

LINE_ENDS = ("\n", "\r\n", "\r", "\n\n", "\n \n", "\r\n\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")

SENTENCES = (
    "The ferry to Tromsø leaves at eight, and the café on the quay opens an hour earlier.",
    "“We didn’t expect that,” said Zoë Müller – “not in a year like this one…”",
    "Die Bäckerei an der Brücke verkauft täglich frische Brötchen, außer am Sonntag.",
    "Les élèves ont préparé un gâteau à la crème pour la fête de l’école.",
    "El niño corrió detrás del autobús, pero el conductor no lo vio.",
    "Старый мост через реку закрыт до весны, поэтому автобусы идут в объезд.",
    "Η βιβλιοθήκη ανοίγει στις εννέα το πρωί και κλείνει αργά το βράδυ.",
    "Příliš mnoho vody protéká pod starým mostem každé jaro.",
    "Bu sabah İstanbul’da yağmur yağdı ve vapurlar geç kaldı.",
    "港の市場は朝の五時に開き、昼前には魚が売り切れる。",
    "كان السوق مزدحماً صباح اليوم رغم المطر.",
    "The council approved the plan on Monday after a debate that lasted until midnight and drew a large crowd.",
    "Prices rose 4% in May; the bank had expected 3.5% at most, according to its own report from March.",
)
"""Healthy sentences, written for this project."""

CHARSETS = ("cp1252", "latin-1", "cp1251", "koi8-r", "cp1250", "cp437", "cp850", "mac-roman", "iso8859-7", "shift_jis", "cp866")

FURNITURE = (
    "Down Icon",
    "Animated Arrow",
    "Share on Facebook",
    "Leave a Reply",
    "Your email address will not be published. Required fields are marked *",
    "Select Language",
    "Click to share on Twitter (Opens in new window)",
    "Read more",
    "Advertisement",
    "© 2021 The Harbour News. All rights reserved.",
    "Comments (0)",
    "keyboard_arrow_down",
)

HOLES = (
    "The firm announced a partnership with chatbot maker, while its rivals waited.",
    "She is the founder of and former director of the museum.",
    "He told that the deal with, which was signed in May, would stand.",
    "The interval CEO saw 10 % of the shares go for committing$ 14 billion.",
)

INVISIBLE = tuple("\u200b\u200d\u200e\u200f\u202a\u202b\u202c\u202e\u2066\u2067\u2069\ufeff\u00ad")
ODD = (*"\x00\x7f\x9d\ud800\udfff\udcff\ufffdİıſßΣ\U000e0067", "\x1b[31m", "\U0001f469\u200d\U0001f680", "\ud83d\ude00")
ENTITIES = ("&amp;", "&amp;amp;", "&quot;", "&#8217;", "&nbsp;", "&lt;b&gt;", "&#x110000;", "&ampamp;")

any_text = st.text(st.characters(exclude_categories=()), max_size=60)
"""All of Unicode, lone surrogates included."""

sentences = st.sampled_from(SENTENCES)


@st.composite
def mojibake(draw: st.DrawFn) -> str:
    """A sentence whose bytes were read with the wrong table, once or twice; the sentence itself where that is impossible."""
    text = draw(sentences)
    for _ in range(draw(st.integers(1, 2))):
        written, read = draw(st.sampled_from(("utf-8", *CHARSETS))), draw(st.sampled_from(CHARSETS))
        try:
            text = text.encode(written).decode(read, draw(st.sampled_from(("strict", "replace", "ignore"))))
        except UnicodeError:
            break
    return text


@st.composite
def glued(draw: st.DrawFn) -> str:
    """Furniture run together with itself or with a sentence."""
    label = draw(st.sampled_from(FURNITURE))
    copies = draw(st.sampled_from(("", " ", "  ", "|"))).join([label] * draw(st.integers(1, 5)))
    sentence = draw(st.one_of(st.just(""), sentences))
    return draw(st.sampled_from((copies, copies + sentence, sentence + copies, f"{sentence} {copies}", f" {copies} ")))


@st.composite
def nameless(draw: st.DrawFn) -> str:
    """A sentence from which a word was taken, its blanks left as they fall."""
    words = draw(sentences).split(" ")
    at = draw(st.integers(0, len(words) - 1))
    words[at : at + 1] = draw(st.sampled_from(((), ("",))))
    return " ".join(words)


units = st.sampled_from((*FURNITURE, *ENTITIES, *INVISIBLE, *" a\u03011\r\x00", "â€", "Ã"))
long_repeats = st.builds(lambda unit, count: unit * count, units, st.integers(1, 400))
combining = st.builds(
    lambda base, mark, count: base + mark * count,
    st.sampled_from("aeあב"),
    st.sampled_from("\u0301\u0323\u05b0\u0e31"),
    st.integers(1, 300),
)
odd = st.lists(st.sampled_from((*INVISIBLE, *ODD, *ENTITIES)), min_size=1, max_size=6).map("".join)

blocks = st.one_of(
    sentences,
    mojibake(),
    glued(),
    nameless(),
    st.sampled_from(FURNITURE),
    st.sampled_from(HOLES),
    st.builds(str.__add__, odd, sentences),
    odd,
    combining,
    long_repeats,
    any_text,
    st.just(""),
)

documents = st.builds(
    lambda parts, last: "".join(block + end for block, end in parts[:-1]) + (parts[-1][0] + last if parts else ""),
    st.lists(st.tuples(blocks, st.sampled_from(LINE_ENDS)), max_size=9),
    st.sampled_from(("", "\n", "\r\n", "\n\n")),
)
"""Whole documents out of healthy, damaged and hostile blocks, with every kind of line end."""

healthy = st.lists(sentences, min_size=1, max_size=8, unique=True).map("\n\n".join)
"""Documents in which nothing is wrong."""


@st.composite
def normal_edits(draw: st.DrawFn, text: str, stages: Sequence[str] = ("s",), most: int = 6) -> list[Edit]:
    """A normal edit list for ``text``: sorted, apart or touching, insertions and removals among them, no two at one place."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=2 * most)))
    edits: list[Edit] = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        if edits and edits[-1].start == edits[-1].end == start == end:
            continue
        before, after = text[start:end], draw(st.text("abX\n", max_size=3))
        if before != after:
            stage = draw(st.sampled_from(stages))
            edits.append(Edit(start, end, before, after, (f"{stage}.r{len(edits)}",), stage, f"because {len(edits)}"))
    return edits
