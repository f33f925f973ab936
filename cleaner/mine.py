"""Corpus mode: debris rules proposed from what recurs across the documents of a collection.

Lines that stand in three or more documents of a collection were two fifths of the labelled debris of the development pages and, within
the measured precision, nothing else. But quoted sentences, refrains, legal formulae, titles and bylines recur too. ``mine`` counts
(``mine_counts``), judges each recurring text by where it stands and what it looks like, and gives proposals with an estimated
precision: the share of healthy documents holding the text that would lose nothing of their own. ``Mined.toml`` writes them as a rule
file that a person reviews, or that a pipeline takes from a set precision on. What a run removes then depends on nothing but the text
and the rules.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from cleaner.catalogue import rulebook
from cleaner.document import Document
from cleaner.matcher import Matcher
from cleaner.mine_counts import LINE, PIECE, RUN, SHINGLE, Counts, Seen, Source, count_units
from cleaner.rules import PROFILES, Rule

__all__ = ["Mined", "Proposal", "mine"]

SHOWN_FROM = 0.9
"""Estimated precision below which nothing is proposed, not even for review."""
TIERS = ((0.99, "precise"), (0.97, "balanced"), (0.0, "thorough"))
"""The tier of a proposal by its estimated precision."""
MAX_WORDS = 200
"""Words of the longest text that is proposed."""
LONG_PHRASE = 12
"""Words from which a phrase at the edge of documents of one line is more than an author's usual last words."""
AGREE = 0.9
"""Share of the remembered contexts that must agree for a run of words to grow by one more."""

_SENTENCE = re.compile(r"[.!?。！？…][\"'”’»)\]]*$")
_QUOTED = re.compile(r"^[\"'“‘«„»「『]")
_BYLINE = re.compile(r"^\W*(?:by|von|par|por|di|door|da|от|przez)\s+[^\W\d_]", re.IGNORECASE)
_DATE = re.compile(r"\b(?:1[89]|20)\d\d\b|\b\d{1,2}[./:-]\d{1,2}\b|年.{0,4}月|\d\s?日")
_NAME = re.compile(r"^(?:[^\W\d_][\w.'’-]*\s){1,3}[^\W\d_][\w.'’-]*$")
_FORMULA = re.compile(
    r"\b(?:whereas|hereby|hereof|herein|hereto|hereinafter|thereof|witness|undersigned|pursuant|the parties|shall be|shall not|"
    r"(?:done|signed|given|sealed) (?:at|in|on|by)|be it enacted|amen|so help me|god bless|thank you|yours (?:sincerely|faithfully)|"
    r"sincerely|regards|hiermit|im namen des volkes|freundlichen grüßen|fait à|en foi de quoi|cordialement|dado en|en fe de lo cual|"
    r"atentamente|in fede|(?:article|section|clause|chapter|artikel|absatz|artículo|artigo|articolo)\s+[0-9ivx]+)\b|§|"
    r"第[0-9一二三四五六七八九十百]+[条章]",
    re.IGNORECASE,
)
"""Formulae of laws, contracts, speeches and letters."""
_HEADINGS = frozenset(
    "abstract acknowledgements acknowledgments appendix background bibliography conclusion conclusions contents discussion "
    "introduction methods motivation notes overview rationale references results sources summary "
    "einleitung fazit hintergrund literatur quellen zusammenfassung anmerkungen "
    "introducción conclusión conclusiones referencias resumen bibliografía introdução conclusão referências resumo "
    "conclusion références résumé sommaire introduzione conclusioni riferimenti bibliografia "
    "fin ende fine fim end конец 完 終 끝 "
    "введение заключение литература примечания ссылки 参考文献 参考资料 注释 はじめに まとめ 脚注 참고문헌".split()
)
"""One-word headings of content that recur in many documents."""
_PAGE_WORDS = re.compile(
    r"subscri|newsletter|cookie|comments?\b|sign[ -]?(?:up|in)\b|log ?in\b|\bshare (?:this|on|via)|follow us|copyright|©|\(c\)|"
    r"rights reserved|advertis|sponsor|related (?:stor|art|post|link|news|top)|read more|click here|privacy policy|terms of|"
    r"https?://|www\.|\w@\w|unsubscribe|your inbox|\bapp store|google play|powered by|abonnier|abonnent|kommentar|anzeige|"
    r"datenschutz|impressum|weiterlesen|anmelden|registrier|rechte vorbehalten|suscr[ií]|derechos reservados|"
    r"direitos reservados|droits réservés|diritti riservati|rechten voorbehouden|prawa zastrzeżone|права защищены|commentaire|"
    r"comentario|commenti\b|nieuwsbrief|komentarz|комментари|подпис|评论|版权|コメント|無断転載|댓글|무단전재|[»›→]\s*$|^\s*[«‹←]",
    re.IGNORECASE,
)
"""What page furniture talks about, in the languages of the shipped rules. It decides doubtful cases and finds nothing by itself."""


class _Furniture:
    """Knows texts that speak of the page they stand on: they use such words, or a shipped rule matches all of them."""

    def __init__(self) -> None:
        self._matcher = Matcher(
            replace(rule, position="any", suggest=rule.position, languages=())
            for rule in rulebook()
            if rule.stage == "debris" and rule.profile == PROFILES[0] and rule.match != "phrase"
        )

    def __call__(self, text: str) -> str | None:
        """Return the position in which ``text`` is furniture, ``any`` for most, or ``None``."""
        matches = self._matcher(Document(text)).matches.get("debris", ())
        found = {match.rule.suggest for match in matches if 2 * (match.end - match.start) > len(text)}
        if "any" in found or _PAGE_WORDS.search(text):
            return "any"
        return min((position for position in found if position), default=None)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A recurring text that is debris in all likelihood."""

    text: str
    match: str
    """``line`` or ``phrase``, the kind of rule that removes it."""
    documents: int
    groups: tuple[tuple[str, int], ...]
    """Sources with the documents that hold it, most first; at most a handful."""
    position: str
    """``head``, ``tail`` or ``any``, as rules mean it."""
    precision: float
    """Estimated share of healthy documents holding this text as debris."""
    reason: str

    @property
    def tier(self) -> str:
        """The precision tier of its rule."""
        return next(name for least, name in TIERS if self.precision >= least)

    @property
    def group(self) -> str:
        """The one source it belongs to, or an empty string."""
        return self.groups[0][0] if self.groups and self.groups[0][1] >= 0.9 * self.documents else ""


@dataclass(frozen=True, slots=True)
class Mined:
    """What ``mine`` found."""

    documents: int
    copies: int
    """Documents that repeat another one; their text is content."""
    healthy: int | None
    """Healthy documents that the proposals were tried on."""
    spared: int
    """Proposals dropped because a healthy document holds them."""
    proposals: tuple[Proposal, ...] = field(default=())

    def toml(self) -> str:
        """Return the rule file; empty but valid when there is no proposal."""
        from cleaner.mine_rules import write_rules

        return write_rules(self)


def mine(
    source: Source,
    *,
    min_documents: int = 3,
    accept_precision: float | None = None,
    healthy: Iterable[str] | None = None,
    known: Callable[[str], bool] | None = None,
    sketch_bits: int = 24,
    max_candidates: int = 200_000,
) -> Mined:
    """Propose rules for what recurs in at least ``min_documents`` documents of ``source``, which is read twice.

    ``accept_precision`` keeps proposals of at least that estimated precision; without it all from ``SHOWN_FROM`` on are given, in the
    tiers of their precision, for a person to review. ``healthy`` are documents known to be clean: a proposal that would remove
    something from one of them is dropped. ``known`` says whether a line is removed already, so that it needs no rule.
    Memory is ``3 << sketch_bits`` bytes plus one to three kilobytes per candidate, whatever the size of the collection.

    Raises ``ValueError`` for a ``min_documents`` under 2.
    """
    if min_documents < 2:
        raise ValueError(f"min_documents is {min_documents}; what stands in one document does not recur, so give at least 2")
    counts = count_units(source, min_documents=min_documents, sketch_bits=sketch_bits, max_candidates=max_candidates)
    least = SHOWN_FROM if accept_precision is None else accept_precision
    proposals = [
        proposal for proposal in _proposals(counts, min_documents, least) if not (known is not None and known(proposal.text))
    ]
    proposals.sort(key=lambda proposal: (proposal.match, -proposal.documents, proposal.text))
    tried, harmful = _try_on(healthy, proposals)
    kept = tuple(proposal for number, proposal in enumerate(proposals) if number not in harmful)
    return Mined(counts.documents, counts.copies, tried, len(harmful), kept)


def _try_on(healthy: Iterable[str] | None, proposals: Sequence[Proposal]) -> tuple[int | None, set[int]]:
    """Return the number of ``healthy`` documents and the indices of the proposals that would remove something from them."""
    if healthy is None:
        return None, set()
    matcher = Matcher(
        Rule(f"debris.mined-{number}", "remove", proposal.match, literals=(proposal.text,), case=proposal.match == "phrase")
        for number, proposal in enumerate(proposals)
    )
    tried = 0
    harmful: set[int] = set()
    for text in healthy:
        tried += 1
        for match in matcher(Document(text)).matches.get("debris", ()):
            harmful.add(int(match.rule.id.rpartition("-")[2]))
    return tried, harmful


def _proposals(counts: Counts, min_documents: int, least: float) -> Iterable[Proposal]:
    """Judge everything that recurs and yield what has at least the precision ``least``; runs of words first grow to phrases."""
    furniture = _Furniture()
    usual = max(0.1, 1.5 * _likeness(counts.subjects[:: max(1, len(counts.subjects) // 60)]))
    inside: dict[str, Seen] = {}
    for seen in counts.seen:
        if seen.kind == LINE:
            proposal = _judge(seen, counts, min_documents, furniture, usual)
            if proposal is not None and proposal.precision >= least:
                yield proposal
        elif seen.kind == PIECE:
            inside[seen.text] = seen
        else:
            phrase = _grow(seen)
            if phrase and (phrase not in inside or inside[phrase].documents < seen.documents):
                seen.text = phrase
                inside[phrase] = seen
    judged = [_judge(seen, counts, min_documents, furniture, usual) for seen in inside.values()]
    sure = [proposal for proposal in judged if proposal is not None and proposal.precision >= least]
    # A part of a longer phrase that is found as often says nothing new.
    longer: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in sorted(sure, key=lambda proposal: (-len(proposal.text), proposal.text)):
        words = proposal.text.split()
        if not any(proposal.text in other.text and proposal.documents <= 1.2 * other.documents for other in longer[words[0]]):
            for word in dict.fromkeys(words):
                longer[word].append(proposal)
            yield proposal


def _grow(seen: Seen) -> str:
    """Return the longest phrase around a run of words on which its contexts agree, from one sentence's start to another's end.

    Empty when that leaves less than a run: then it is a turn of the language and part of what the documents say.
    """
    lefts = [left.split()[::-1] for left, _ in seen.contexts]
    rights = [right.split() for _, right in seen.contexts]
    begin, _ = _agreed(lefts)
    end, after = _agreed(rights)
    model = max(range(len(rights)), key=lambda at: (min(begin, len(lefts[at])) + min(end, len(rights[at])), -at))
    phrase = [*reversed(lefts[model][:begin]), *rights[model][:end]]
    stops = [at for at, word in enumerate(phrase) if _SENTENCE.search(word)]
    low, high = 0, len(phrase)
    if phrase and phrase[0][0].islower():
        low = stops[0] + 1 if stops else high
    goes_on = sum(bool(word) and word[0].islower() for word in after) > 0.25 * len(after)
    if phrase and (phrase[-1].endswith((",", ";")) or (goes_on and not _SENTENCE.search(phrase[-1]))):
        high = stops[-1] + 1 if stops else low
    return " ".join(phrase[low:high]) if high - low >= SHINGLE else ""


def _agreed(contexts: Sequence[Sequence[str]]) -> tuple[int, list[str]]:
    """Return how many words the contexts begin with alike, and the words that follow; empty strings where a context ends."""
    size = 0
    while True:
        words = [context[size] if size < len(context) else "" for context in contexts]
        best = max(set(words), key=lambda word: (words.count(word), word))
        if not best or words.count(best) < AGREE * len(words):
            return size, words
        size += 1


def _judge(seen: Seen, counts: Counts, min_documents: int, furniture: _Furniture, usual: float) -> Proposal | None:
    text = seen.text
    words = text.split()
    if sum(map(str.isalpha, text)) < 2 or len(words) > MAX_WORDS or not text.isprintable():
        return None
    spoken = furniture(text)
    if spoken is None and _is_content(seen, len(words)):
        return None
    risk, reason = _risk(seen, len(words), spoken is not None)
    share = max((found / counts.groups[name] for name, found in seen.groups.items()), default=0.0)
    # The more documents and the larger their share, the surer; the more alike their subjects, the likelier a quotation.
    risk *= max(0.3, min(1.0, (min_documents / seen.documents) ** 0.5)) * (0.7 if share >= 0.1 else 1.0)
    risk *= 1 + 40 * max(0.0, _likeness(seen.subjects) - usual)
    return Proposal(
        text=text,
        match="line" if seen.kind == LINE else "phrase",
        documents=seen.documents,
        groups=tuple(sorted(((name, n) for name, n in seen.groups.items() if name), key=lambda item: (-item[1], item[0]))[:5]),
        position=_position(seen, len(words), spoken),
        precision=round(max(0.0, 1 - risk), 4),
        reason=reason,
    )


def _is_content(seen: Seen, size: int) -> bool:
    """Whether it looks like something that recurs in healthy text: a title, byline, dateline, heading, quotation or formula."""
    text = seen.text
    if seen.kind == LINE:
        if (
            seen.title > 0.3 * seen.occurrences
            or text.strip(" :.*–—-").lower() in _HEADINGS
            or (_BYLINE.match(text) and size <= 8)
        ):
            return True
        block = min(seen.edge, seen.neighbour) >= 0.8 * seen.occurrences
        if not block and _DATE.search(text) and size <= 12:
            return True
        if not block and seen.head > 0.5 * seen.occurrences and text.istitle() and _NAME.match(text):
            return True
    return bool(_QUOTED.match(text) or _FORMULA.search(text))


def _risk(seen: Seen, size: int, furniture: bool) -> tuple[float, str]:
    """Return the chance that a healthy document holds this text as its own, and why it is no larger."""
    many = seen.occurrences
    sentence = seen.kind == PIECE or (size >= 6 and bool(_SENTENCE.search(seen.text)))
    edge, beside, outside = seen.edge / many, seen.neighbour / many, (seen.head + seen.tail) / many
    if furniture and max(edge, beside, outside) >= 0.5:
        return 0.004, "speaks of the page and stands among other recurring text or outside the article"
    if edge >= 0.8 and (beside >= 0.8 or seen.kind != PIECE):
        if seen.kind == LINE and beside < 0.8:
            return (0.05 if seen.head > seen.tail else 0.025), "stands alone at the edge of its documents"
        if seen.kind != LINE and size < LONG_PHRASE:
            return 0.02, "a short phrase at the edge of its documents"
        return 0.008, "part of the recurring block at the edge of its documents"
    if seen.kind == RUN:
        return (0.02, "speaks of the page") if furniture and size >= 8 else (0.3, "words that recur inside lines")
    if beside >= 0.8 and outside >= 0.8:
        return (0.012 if sentence else 0.009), "part of a recurring block outside the article"
    if furniture:
        return (0.02 if sentence else 0.009), "speaks of the page"
    if beside >= 0.8:
        return 0.05, "part of a recurring block inside the article"
    if outside >= 0.9 and not sentence:
        return 0.06, "stands outside the article"
    return 0.3, "recurs"


def _likeness(subjects: Sequence[bytes]) -> float:
    """Return how alike subjects are on average: 0.03 for unrelated English texts, 0.2 and more for reports of one event."""
    pairs = list(combinations([set(array("I", subject)) for subject in subjects if subject], 2))
    if not pairs:
        return 0.0
    return sum(len(a & b) / len(a | b) for a, b in pairs) / len(pairs)


def _position(seen: Seen, size: int, spoken: str | None) -> str:
    """A position guard for short lines that always stand on one side; longer ones are safe without.

    Where a shipped rule knows the line as furniture in one position only, that one, unless it stands elsewhere in this collection.
    """
    if seen.kind != LINE or size > 3:
        return "any"
    if spoken == "tail" and seen.ruled_tail >= 0.5 * seen.occurrences:
        return "tail"
    if spoken == "head" and seen.ruled_head >= 0.5 * seen.occurrences:
        return "head"
    if seen.ruled_tail >= 0.98 * seen.occurrences:
        return "tail"
    return "head" if seen.ruled_head >= 0.98 * seen.occurrences else "any"
