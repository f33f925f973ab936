"""Which names of a document may have stood in a gap: those it uses elsewhere in the same company. Candidates for a person, never a fix."""

from __future__ import annotations

from collections import defaultdict

from cleaner.lazy import lazy_pattern

__all__ = ["likely_names"]

_NAME = lazy_pattern(r"(?<![\w’'-])[A-Z][\w&.’'-]*\w(?: (?:of the |of |de |van |von |& )?[A-Z][\w&.’'-]*\w){0,3}")
_NOT_NAMES = frozenset(
    "the a an this that these those he she it they we i you his her its their our my your but and or in on at for to by with "
    "from as if "
    "when while where what who how why there here so then now not no yes also however mr mrs ms dr monday tuesday wednesday "
    "thursday friday saturday sunday january february march april may june july august september october november december "
    "according last both".split()
)
_DULL = frozenset("the a an of in on to and or is was has".split())
_SPAN = 6_000
"""Code points of the document that are searched for names, around the gap."""
_SENTENCE = 1000
_MOST = 3


def likely_names(text: str, start: int, end: int) -> list[str]:
    """Return up to three names that stand elsewhere in ``text`` beside the same words as the gap ``start:end``, likeliest first.

    A name of the same sentence is no candidate: a writer would not repeat it there.
    """
    left = text[max(0, start - 60) : start].lower().split()[-3:]
    right = text[end : end + 30].lower().split()[:1]
    stops = (". ", "? ", "! ", "\n")
    low = max(text.rfind(stop, max(0, start - _SENTENCE), start) for stop in stops)
    highs = [high for stop in stops if (high := text.find(stop, end, end + _SENTENCE)) >= 0]
    near = text[max(0, low) : min(highs, default=end + _SENTENCE)]
    title_end = text.find("\n", 0, 300)
    points: defaultdict[str, float] = defaultdict(float)
    shared: set[str] = set()
    for found in _NAME.finditer(text, max(0, start - _SPAN), min(len(text), end + _SPAN)):
        name = found[0].removesuffix("'s").removesuffix("’s")
        if name.split()[0].lower() in _NOT_NAMES or name in near:
            continue
        points[name] += 0.2
        if found.end() <= title_end or len(name) < len(found[0]):
            points[name] += 0.3
        before = text[max(0, found.start() - 60) : found.start()].lower().split()[-3:]
        after = text[found.end() : found.end() + 30].lower().split()[:1]
        same = sum(1.0 for word in before if word in left and word not in _DULL)
        if before[-1:] == left[-1:] and before:
            same += 0.5
        if after == right and after and after[0] not in ",.":
            same += 0.5
        if same >= 1:
            shared.add(name)
            points[name] += same
    best = sorted(shared, key=lambda name: (-points[name], name))
    return best[:_MOST]
