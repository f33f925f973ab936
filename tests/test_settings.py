"""The configuration: read, overridden by path, and every mistake in it named with file, line and the valid names."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from cleaner import Chain
from cleaner.errors import ConfigError
from cleaner.model import STAGES
from cleaner.settings import Settings, find_config, load_settings

FULL = """\
profile   = "balanced"
stages    = ["debris", "mojibake"]
languages = ["en", "de"]
rules     = ["ours/*.toml"]
select    = ["debris", "mojibake"]
ignore    = ["debris.icon-label"]
[stage.debris]
min-confidence = 0.9
[stage.mojibake]
remove-invisible = true
[[override]]
paths  = ["forum/**", "**/*.md"]
ignore = ["mojibake"]
profile = "precise"
[[override]]
paths  = ["forum/old.txt"]
stages = ["debris"]
"""


def write(folder: Path, text: str, name: str = "cleaner.toml") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_defaults(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "")) == Settings(root=tmp_path)
    assert (Settings().profile, Settings().stages, Settings().languages) == ("precise", STAGES, ())


def test_everything(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    rules = [write(tmp_path / "ours", "format = 1\n", name) for name in ("a.toml", "b.toml")]
    path = write(tmp_path, FULL)
    settings = load_settings(path)
    assert settings.profile == "balanced"
    assert settings.stages == ("mojibake", "debris")  # in the order of the chain
    assert settings.languages == ("en", "de")
    assert settings.rules == tuple(rules)
    assert settings.ignore == ("debris.icon-label",)
    assert settings.stage_options == {"debris": {"min-confidence": 0.9}, "mojibake": {"remove-invisible": True}}
    assert settings.origins == dict.fromkeys(
        ("profile", "stages", "languages", "rules", "select", "ignore", "stage", "override"), str(path)
    )


@pytest.mark.parametrize(
    ("name", "profile", "ignore", "stages"),
    [
        ("news/a.txt", "balanced", ("debris.icon-label",), ("mojibake", "debris")),
        ("forum/a.txt", "precise", ("debris.icon-label", "mojibake"), ("mojibake", "debris")),
        ("forum/deep/a.txt", "precise", ("debris.icon-label", "mojibake"), ("mojibake", "debris")),
        ("news/deep/a.md", "precise", ("debris.icon-label", "mojibake"), ("mojibake", "debris")),
        ("a.md", "precise", ("debris.icon-label", "mojibake"), ("mojibake", "debris")),
        ("forum/old.txt", "precise", ("debris.icon-label", "mojibake"), ("debris",)),
        ("forums/a.txt", "balanced", ("debris.icon-label",), ("mojibake", "debris")),
    ],
)
def test_overrides(tmp_path: Path, name: str, profile: str, ignore: tuple[str, ...], stages: tuple[str, ...]) -> None:
    (tmp_path / "ours").mkdir()
    write(tmp_path / "ours", "format = 1\n", "a.toml")
    settings = load_settings(write(tmp_path, FULL)).for_path(tmp_path / name)
    assert (settings.profile, settings.ignore, settings.stages) == (profile, ignore, stages)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (
            "profil = 'precise'",
            1,
            "unknown key 'profil'; did you mean 'profile'? valid: ignore, languages, override, profile, rules",
        ),
        ("\n\nprofile = 'exact'", 3, "unknown profile 'exact'; valid: balanced, precise, thorough"),
        ("profile = 1", 1, "profile is a int; it must be a str"),
        (
            "stages = ['debrs']",
            1,
            "unknown stage 'debrs'; did you mean 'debris'? valid: debris, mojibake, translation, truncation",
        ),
        ("stages = 'debris'", 1, "stages is a str; it must be a list"),
        ("stages = [1]", 1, "unknown stage 1; valid: debris, mojibake"),
        ("languages = ['english']", 1, "language 'english' is not an ISO 639-1 code"),
        ("select = ['']", 1, "select holds something that is not a non-empty string"),
        ("rules = ['none/*.toml']", 1, "rules: 'none/*.toml' names no file"),
        ("profile = 'precise'\n[stage.debrs]\n", 2, "unknown stage 'debrs'; did you mean 'debris'?"),
        ("stage = 3", 1, "stage is a int; it must be a dict"),
        ("[stage]\ndebris = 3", 2, "stage.debris is not a table"),
        ("[stage.debris]\nminimum = 1", 2, "unknown key 'minimum' in [stage.debris]; valid: min-confidence"),
        ("[stage.debris]\nmin-confidence = 7", 2, "min-confidence is 7; it must lie between 0 and 1"),
        ("[stage.debris]\nmin-confidence = true", 2, "min-confidence is a bool; it must be a float"),
        ("[stage.mojibake]\nremove-invisible = 1", 2, "remove-invisible is a int; it must be a bool"),
        ("[[override]]\nignore = ['debris']", 1, 'an override names no paths; add paths = ["folder/**"]'),
        ("[[override]]\npaths = 'forum/**'", 2, "paths is a str; it must be a list"),
        ("[[override]]\npaths = [1]", 2, "paths holds something that is not a non-empty string"),
        ("[[override]]\npaths = ['a']\nlanguages = ['en']", 3, "unknown key 'languages' in [[override]]; valid: ignore, paths"),
        ("[[override]]\npaths = ['a']\nprofile = 'x'", 3, "unknown profile 'x'"),
        ("override = [3]", 1, "override is not a list of tables; write [[override]]"),
        ("profile = ", 1, "not valid TOML"),
        ("profile = 'precise'\nprofile = 'precise'", 2, "not valid TOML"),
        ("x = " + "[" * 5000, 1, "nested too deeply"),
    ],
)
def test_every_mistake_names_file_line_and_valid_names(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert str(caught.value).startswith(f"{path}:{line}: {problem}")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "cleaner.toml"
    path.write_bytes(b"profile = '\xff'")
    with pytest.raises(ConfigError, match=r"not valid UTF-8 at byte 11"):
        load_settings(path)
    with pytest.raises(ConfigError, match=r"absent\.toml: can't be read \(No such file"):
        load_settings(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"profile": "exact"}, r"here: unknown profile 'exact'; valid: balanced, precise, thorough"),
        ({"stages": ("debrs",)}, r"here: unknown stage 'debrs'; did you mean 'debris'\?"),
        ({"select": ("debris.icn-label",)}, r"here.*: no rule 'debris\.icn-label'; did you mean 'debris\.icon-label'\?"),
        ({"ignore": ("debri",)}, r"here.*: no rule 'debri'; did you mean 'debris'\?"),
        ({"ignore": ("debris.icon-lab",)}, r"here.*: no rule 'debris\.icon-lab'"),  # a prefix ends with a word
    ],
)
def test_values_that_do_not_come_from_a_file_are_checked_too(values: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        Chain(Settings(stages=("debris",)).with_values("here", **values))


def test_found_upwards(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    project = write(tmp_path, "[project]\nname = 'x'\n[tool.cleaner]\nprofile = 'thorough'\n", "pyproject.toml")
    assert find_config(deep) == project
    assert load_settings(project).profile == "thorough"
    write(tmp_path / "a", "[project]\nname = 'cleaner'\n[tool.cleanerx]\n", "pyproject.toml")  # says nothing about us
    assert find_config(deep) == project
    own = write(tmp_path / "a", "profile = 'balanced'")
    assert find_config(deep) == own


def test_pyproject_with_something_else_in_our_place(tmp_path: Path) -> None:
    path = write(tmp_path, "[tool]\ncleaner = 3\n", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"tool\.cleaner is not a table"):
        load_settings(path)


def test_a_configured_chain_is_picklable_and_has_a_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    write(tmp_path / "ours", "format = 1\n", "a.toml")
    chain = Chain.from_config(write(tmp_path, FULL.replace('"debris.icon-label"', '"debris.pager"')))
    again = pickle.loads(pickle.dumps(chain))
    assert again.settings == chain.settings
    assert again.fingerprint() == chain.fingerprint()
    assert again.fingerprint() != Chain(chain.settings.with_values("test", profile="thorough")).fingerprint()
    assert hash(again.settings) == hash(chain.settings)
