"""Where bytes live: this machine, or an object store through fsspec.

Here a file takes its name in one step, by renaming. An object store has no renaming, but a whole upload appears in one step: a
shard is built in a local temporary file and uploaded when it is complete, so that a failing write leaves no object at all.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import stat
import tempfile
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

from cleaner.atomic import AtomicFile, write_atomic
from cleaner.corpus.streams import need
from cleaner.errors import SourceError

__all__ = [
    "Staged",
    "basename",
    "exists",
    "expand_remote",
    "is_device",
    "is_remote",
    "join",
    "open_read",
    "parent",
    "read_small",
    "remove",
    "stage",
    "version_of",
    "write_small",
]

_T = TypeVar("_T")


def is_remote(path: str) -> bool:
    """Whether ``path`` is the address of an object store."""
    return "://" in path


def is_device(path: str) -> bool:
    """Whether ``path`` exists and is neither file nor folder: ``/dev/null``, a pipe."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def join(folder: str, name: str) -> str:
    """Return the path of ``name`` (parts joined by ``/``) in ``folder``."""
    return f"{folder.rstrip('/')}/{name}" if is_remote(folder) else os.path.join(folder, *name.split("/"))


def parent(path: str) -> str:
    """Return the folder that holds ``path``."""
    return posixpath.dirname(path) if is_remote(path) else os.path.dirname(path) or "."


def basename(path: str) -> str:
    """Return the last part of ``path``."""
    return path.rstrip("/").rpartition("/")[2] if is_remote(path) else os.path.basename(os.path.normpath(path))


def _remote(path: str) -> tuple[Any, str]:
    need("fsspec", "s3", f"{path.partition('://')[0]}:// addresses")
    import fsspec

    def connect() -> tuple[Any, str]:
        try:
            fs, where = fsspec.core.url_to_fs(path)
        except (ImportError, ValueError) as error:
            raise SourceError(f"{path}: can't be opened ({error}); pip install the package it names") from error
        return fs, where

    return _guarded(path, "opened", connect)


def _guarded(path: str, done: str, action: Callable[[], _T]) -> _T:
    """Run ``action``, turning whatever goes wrong in a store's library into one line."""
    try:
        return action()
    except (SourceError, KeyboardInterrupt):
        raise
    except FileNotFoundError:
        raise
    except Exception as error:  # each store's library has exceptions of its own
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise SourceError(f"{path}: can't be {done} ({why}); check the address and the rights") from error


def exists(path: str) -> bool:
    """Whether there is a file or folder at ``path``."""
    if not is_remote(path):
        return os.path.lexists(path)
    fs, where = _remote(path)
    fs.invalidate_cache()
    return bool(_guarded(path, "looked up", lambda: fs.exists(where)))


def version_of(path: str) -> dict[str, Any]:
    """Return what tells this state of a file from others: size and time, or size and tag. Raises ``OSError`` when it is gone."""
    if not is_remote(path):
        status = os.stat(path)
        return {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
    fs, where = _remote(path)
    info = _guarded(path, "looked up", lambda: fs.info(where))
    tag = info.get("ETag") or info.get("etag") or info.get("mtime") or info.get("created") or info.get("LastModified")
    return {"size": info.get("size"), "tag": str(tag)}


def open_read(path: str) -> BinaryIO:
    """Open a file for reading. Raises ``SourceError`` for what is no regular file, ``OSError`` when it can't be opened."""
    if is_remote(path):
        fs, where = _remote(path)
        opened: BinaryIO = _guarded(path, "read", lambda: fs.open(where, "rb"))
        return opened
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        raise SourceError(f"{path}: is no regular file; name a file")
    return open(path, "rb")


def expand_remote(path: str) -> tuple[list[str], bool]:
    """Return the addresses that ``path`` (file, folder or glob) stands for, sorted, and whether it is a single file."""
    fs, where = _remote(path)
    scheme = path.partition("://")[0]

    def listed() -> tuple[list[str], bool]:
        if any(mark in where for mark in "*?["):
            return [name for name, info in fs.glob(where, detail=True).items() if info["type"] == "file"], False
        if not path.endswith("/") and fs.isfile(where):
            return [where], True
        return list(fs.find(where)), False

    try:
        names, single = _guarded(path, "listed", listed)
    except FileNotFoundError:
        raise SourceError(f"{path}: is not there; check the address") from None
    return [f"{scheme}://{name.lstrip('/') if scheme != 'file' else name}" for name in sorted(names)], single


class Staged:
    """A file under construction, here or for an object store: write to ``file``, then ``commit`` or ``discard``."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._local: AtomicFile | None = None
        if is_remote(path):
            handle, self._name = tempfile.mkstemp(prefix="cleaner-", suffix=".cleaner-tmp")
            self.file: BinaryIO = os.fdopen(handle, "wb", buffering=1 << 18)
        else:
            try:
                os.makedirs(parent(path), exist_ok=True)
            except OSError as error:
                raise SourceError(f"{path}: its folder can't be made ({(error.strerror or '').lower()}); check it") from error
            self._local = AtomicFile(path)
            self._name = str(self._local.temporary)
            self.file = self._local.file

    def sync(self) -> None:
        """Bring the content to the disk, or close it for the upload. Raises ``SourceError``."""
        if self._local is not None:
            self._local.sync()
        else:
            self.file.close()

    def commit(self) -> None:
        """Give the content its name, in one step. Raises ``SourceError``, after which nothing stands under that name."""
        if self._local is not None:
            self._local.commit()
            return
        self.file.close()
        try:
            fs, where = _remote(self.path)
            _guarded(self.path, "written", lambda: fs.put_file(self._name, where))
        finally:
            self.discard()

    def discard(self) -> None:
        """Drop the content."""
        if self._local is not None:
            self._local.discard()
            return
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            os.unlink(self._name)


def stage(path: str) -> Staged:
    """Start a file that will stand at ``path``, making its folder. Raises ``SourceError``."""
    return Staged(path)


def read_small(path: str) -> bytes | None:
    """Return the content of a small file, or ``None`` when there is none."""
    try:
        if is_remote(path):
            fs, where = _remote(path)
            fs.invalidate_cache()
            return bytes(_guarded(path, "read", lambda: fs.cat_file(where)))
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write_small(path: str, data: bytes, *, durable: bool = True) -> None:
    """Make ``data`` the content of ``path``, whole or not at all; see ``AtomicFile``. Raises ``SourceError``."""
    if is_remote(path):
        fs, where = _remote(path)
        _guarded(path, "written", lambda: fs.pipe_file(where, data))
        return
    os.makedirs(parent(path), exist_ok=True)
    write_atomic(path, data, durable=durable)


def remove(path: str) -> None:
    """Delete a file if it is there."""
    if is_remote(path):
        fs, where = _remote(path)
        with contextlib.suppress(FileNotFoundError):
            _guarded(path, "removed", lambda: fs.rm_file(where))
        return
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
