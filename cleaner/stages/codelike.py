"""Where text is code, a link or talk about encodings: there an escape is meant, and nothing gets decoded."""

from __future__ import annotations

import re

from cleaner.lazy import lazy_pattern

__all__ = ["in_code_span", "in_link", "is_code", "talks_about_encodings"]

_CODE = lazy_pattern(
    r"""^\s*(?://|/\*|\#include|\#!|>>>\s|\$\s|import\s+\w+\s*$|from\s+\S+\s+import\s|def\s+\w+\(|function\b|const\s|var\s|let\s+\w+\s*=
        |(?:if|for|while)\s*\(|SELECT\s|INSERT\s+INTO)
    |[{};]\s*(?://.*)?$(?<=[{}])|\)\s*;\s*$|\*/\s*$
    |\w\((?:\w+,\s*)*["'`]|\w\s*=\s*[rbu]?["'`\[{/]|\w\.\w+\(|=>|&&|\|\||[=!]==?\s|::\w|</?[A-Za-z][^<>]*>|^\s*["']\w+["']\s*:""",
    re.VERBOSE,
)
_TALK = lazy_pattern(
    r"\b(?:html|xml|json|entit(?:y|ies)|escap(?:e|es|ed|ing)|unicode|utf-?(?:8|16)|(?:de|en)cod(?:e|es|ed|ing|ings)|mojibake|charset|latin-?1"
    r"|code ?points?|ampersand|cp1252|windows-125\d|krakozyabry|bytes?)\b",
    re.IGNORECASE,
)
_LINK = lazy_pattern(r"://|^www\.|^/\w|[?&]\w+=|^mailto:|\.(?:html?|php|aspx?|jpe?g|png|pdf)\b", re.IGNORECASE)


def is_code(line: str) -> bool:
    """Whether ``line`` reads like source code or markup rather than prose."""
    return _CODE.search(line[:2000]) is not None


def talks_about_encodings(line: str) -> bool:
    """Whether ``line`` speaks of encodings, so that odd characters in it may be its subject."""
    return _TALK.search(line[:2000]) is not None


def in_link(text: str, start: int, end: int) -> bool:
    """Whether the word around ``start:end`` is a link or a path."""
    left, right = text[max(0, start - 300) : start], text[end : end + 300]
    left = "" if left[-1:].isspace() else "".join(left.rsplit(None, 1)[-1:])
    right = "" if right[:1].isspace() else "".join(right.split(None, 1)[:1])
    return _LINK.search((left + text[start:end] + right).lstrip("(<[\"'")) is not None


def in_code_span(text: str, start: int, line_start: int) -> bool:
    """Whether ``start`` lies between back quotes on its line."""
    return text.count("`", max(line_start, start - 2000), start) % 2 == 1
