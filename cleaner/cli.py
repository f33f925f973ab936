"""The command line: one verb, one job. Modules of other verbs are never imported."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from cleaner.errors import CleanerError, ConfigError, RuleError, valid_names
from cleaner.version import __version__

__all__ = ["main", "run"]

VERBS = {
    "check": ("cleaner.commands.check", "report edits and findings, write nothing"),
    "fix": ("cleaner.commands.check", "apply edits in place"),
    "diff": ("cleaner.commands.check", "print the unified diff that fix would make"),
    "baseline": ("cleaner.commands.check", "accept today's edits and findings, so that only new ones are reported"),
    "run": ("cleaner.commands.run", "clean a corpus into a new place, with a full record"),
    "undo": ("cleaner.commands.run", "give back the source of a run"),
    "explain": ("cleaner.commands.explain", "say what a rule is for, with its examples"),
    "why": ("cleaner.commands.explain", "say which rules see a line, and why"),
    "rules": ("cleaner.commands.rules", "list, test and write rules"),
    "mine": ("cleaner.commands.mine", "propose debris rules from what recurs in a corpus"),
    "report": ("cleaner.commands.report", "write a page that shows what a run found"),
    "config": ("cleaner.commands.config", "print the configuration in force"),
    "init": ("cleaner.commands.config", "write a starter configuration and the hook stanza"),
}
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> object:  # type: ignore[override]
        raise ConfigError(f"{self.prog}: {message}; see {self.prog} --help")


def _overview() -> str:
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {verb:<{width}}  {text}" for verb, (_, text) in VERBS.items())
    return (
        "usage: cleaner VERB [options]\n\n"
        "Repairs and judges corpus text: mojibake, page furniture, translation artifacts, lost names.\n\n"
        f"verbs:\n{verbs}\n\n"
        "cleaner VERB --help shows the options of a verb and an example.\n"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line on ``argv`` (default: the process's) and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(arguments)
    except (ConfigError, RuleError) as error:
        _say(str(error))
        return EXIT_USAGE
    except CleanerError as error:
        _say(str(error))
        return 3
    except KeyboardInterrupt:
        _say("interrupted; what was finished is whole, the rest is untouched")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; leave without another word, and keep the interpreter from flushing into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _unwritable(error)


def _unwritable(error: OSError) -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    _say(f"cleaner: the output can't be written ({(error.strerror or str(error)).lower()}); check where it goes")
    return 3


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(_overview())
        return 0 if arguments else EXIT_USAGE
    if arguments[0] == "--version":
        sys.stdout.write(f"cleaner {__version__}\n")
        return 0
    verb = arguments[0]
    if verb not in VERBS:
        raise ConfigError(f"cleaner: no verb {verb!r}; {valid_names(verb, VERBS)}")
    module = import_module(VERBS[verb][0])
    parser = _Parser(
        prog=f"cleaner {verb}",
        description=VERBS[verb][1][0].upper() + VERBS[verb][1][1:] + ".",
        epilog=module.EXAMPLES[verb],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"cleaner {__version__}")
    module.add_arguments(parser, verb)
    args = parser.parse_args(arguments[1:])
    args.verb = verb
    code: int = module.main(args)
    return code


def _say(message: str) -> None:
    sys.stderr.write(message.rstrip("\n").replace("\n", " ") + "\n")


def run() -> None:
    """Entry point of the command ``cleaner``."""
    for stream in (sys.stdout, sys.stderr):
        # Corpus text must come out whatever the terminal's encoding is.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    code = main()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        code = _unwritable(error)
    sys.exit(code)
