"""What kind of hole a gap is: the rule it is reported under and the sentence a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["KINDS", "Kind", "kind_of"]


class Kind(NamedTuple):
    """One kind of hole. Each has its own rule id, so that a user can silence the one that a source's style sets off."""

    rule: str
    why: str
    message: str


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "object": Kind(
            "truncation.lost-name",
            "A preposition, article, verb or title has no name after it: the name was a link, and the extractor dropped it.",
            "a name seems to be missing here",
        ),
        "subject": Kind(
            "truncation.lost-subject",
            "A sentence starts with its verb in lower case: its subject was a link, and the extractor dropped it.",
            "the subject of this sentence seems to be missing",
        ),
        "item": Kind(
            "truncation.lost-item",
            "A list or an 'and' lacks one of its members: it was a link, and the extractor dropped it.",
            "a member of this list seems to be missing",
        ),
        "inside": Kind(
            "truncation.empty-brackets",
            "Brackets or quotation marks with nothing in them: a link stood inside, and the extractor dropped it.",
            "nothing is left between these marks",
        ),
        "owner": Kind(
            "truncation.lost-owner",
            "A possessive 's stands alone: the owner was a link, and the extractor dropped it.",
            "the owner before this 's seems to be missing",
        ),
    }
)
_OPEN, _CLOSE = "([{“‘«", ")]}”’»"
_LIST = frozenset("and or".split())


def kind_of(text: str, start: int, end: int) -> Kind:
    """Return the kind of the hole at ``start:end``."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and before in _OPEN and after and after in _CLOSE:
        return KINDS["inside"]
    if after in ("'", "’") and text[end + 1 : end + 3].rstrip() == "s":
        return KINDS["owner"]
    if after.islower() and (not before or before in '.?!\n”"' or text[start : start + 1] == "\n"):
        return KINDS["subject"]
    word = text[max(0, start - 12) : start].rsplit(None, 1)[-1:]
    following = text[end : end + 12].split(None, 1)[:1]
    if (before and before in ",;" and after and after in ",.;") or (word and word[0].lower() in _LIST):
        return KINDS["item"]
    if following and following[0].lower() in _LIST and before.isalpha():
        return KINDS["item"]
    return KINDS["object"]
