"""Text-quality and boilerplate cleaning for corpora.

>>> import cleaner
>>> cleaner.clean("Prices rose.\\nDown Icon\\n").text
'Prices rose.\\n'
"""

from cleaner.chain import Chain, clean
from cleaner.document import Document
from cleaner.errors import CleanerError, ConfigError, EditError, RuleError, SourceError
from cleaner.model import STAGES, Edit, Finding, Outcome, Stage
from cleaner.result import Result
from cleaner.settings import Settings
from cleaner.version import __version__

__all__ = [
    "STAGES",
    "Chain",
    "CleanerError",
    "ConfigError",
    "Document",
    "Edit",
    "EditError",
    "Finding",
    "Outcome",
    "Result",
    "RuleError",
    "Settings",
    "SourceError",
    "Stage",
    "__version__",
    "clean",
]
