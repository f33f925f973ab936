"""What is timed against what: the two yardsticks, each stage alone, chains that differ by one stage, and other tools where installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleaner import Chain

__all__ = ["FTFY", "SPLIT", "chain_jobs", "cleaning", "peers", "yardsticks"]

Job = Callable[[Sequence[str]], object]
SPLIT = "str.split()"
FTFY = "ftfy.fix_text"


def yardsticks() -> dict[str, Job]:
    """``str.split()``, about as fast as any Python that looks at each word; and ``ftfy.fix_text`` with its defaults."""
    import ftfy

    return {SPLIT: _over(str.split), FTFY: _over(ftfy.fix_text)}


def cleaning(chain: Chain) -> Job:
    """The job of cleaning each text and reading what came out of it."""
    clean = chain.clean

    def job(texts: Sequence[str]) -> int:
        size = 0
        for text in texts:
            result = clean(text)
            size += len(result.text) + len(result.edits) + len(result.findings)
        return size

    return job


def chain_jobs(stages: Sequence[str], profile: str = "precise", without: bool = True) -> dict[str, Job]:
    """The chain of ``stages``, an empty chain, each stage alone, and the chain without each."""
    from cleaner import Chain

    def job(chosen: Iterable[str]) -> Job:
        return cleaning(Chain.default(profile=profile, stages=tuple(chosen)))

    jobs = {"chain": job(stages), "no stage": job(())}
    jobs.update({f"{stage} alone": job((stage,)) for stage in stages})
    if without:
        jobs.update({f"without {stage}": job(name for name in stages if name != stage) for stage in stages})
    return jobs


def peers(names: Iterable[str]) -> dict[str, Job]:
    """The other tools among ``names`` that are installed."""
    jobs: dict[str, Job] = {}
    for name in names:
        module, make = PEERS[name]
        try:
            import_module(module)
            job = make()
            job(["A first text, for some tools miss what they need only now."])
        except ImportError:
            continue
        jobs[name] = job
    return jobs


def _over(function: Callable[[str], object]) -> Job:
    def job(texts: Sequence[str]) -> None:
        for text in texts:
            function(text)

    return job


def _plsfix() -> Job:
    import plsfix

    return _over(plsfix.fix_text)


def _clean_text() -> Job:
    import cleantext

    return _over(cleantext.clean)


def _langdetect() -> Job:
    import langdetect
    from langdetect.lang_detect_exception import LangDetectException

    def detect(text: str) -> object:
        try:
            return langdetect.detect(text)
        except LangDetectException:
            return None

    return _over(detect)


def _py3langid() -> Job:
    import py3langid

    return _over(py3langid.classify)


def _datatrove(cls: str, module: str) -> Callable[[], Job]:
    def make() -> Job:
        from datatrove.data import Document

        judge = getattr(import_module(f"datatrove.pipeline.filters.{module}"), cls)()
        return _over(lambda text: judge.filter(Document(text=text, id="")))

    return make


PEERS: Mapping[str, tuple[str, Callable[[], Job]]] = {
    "plsfix.fix_text": ("plsfix", _plsfix),
    "clean-text": ("cleantext", _clean_text),
    "langdetect": ("langdetect", _langdetect),
    "py3langid": ("py3langid", _py3langid),
    "datatrove C4QualityFilter": ("datatrove", _datatrove("C4QualityFilter", "c4_filters")),
    "datatrove GopherQualityFilter": ("datatrove", _datatrove("GopherQualityFilter", "gopher_quality_filter")),
    "datatrove GopherRepetitionFilter": ("datatrove", _datatrove("GopherRepetitionFilter", "gopher_repetition_filter")),
}
"""Other tools: the module that must be installed, and how to make the job."""
