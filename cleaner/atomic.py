"""Files that are written whole or not at all.

New content goes to a temporary file in the folder of its target, is synced, and takes the target's name in one step. Whatever
happens on the way, the target holds its old bytes or its new ones, never a part.
"""

from __future__ import annotations

import contextlib
import os
import stat
import uuid
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from cleaner.errors import SourceError

__all__ = ["TEMPORARY_SUFFIX", "AtomicFile", "is_temporary", "sync_folder", "write_atomic"]

TEMPORARY_SUFFIX = ".cleaner-tmp"
"""How the names of our temporary files end; they begin with a dot and the name of their target."""


class AtomicFile:
    """A file under construction: write to ``file``, then ``commit`` or ``discard``.

    As a context manager it commits at the end of the block and discards on an exception. The mode of an existing target is kept,
    a symbolic link stays a link (its target is replaced), a hard link is broken: the other names keep the old content.

    With ``durable=False`` it is still whole or not there for every other process, but after a power cut it may be damaged; that is
    for files whose reader can tell. Raises ``SourceError`` when the folder can't be written or the target is no regular file.
    """

    def __init__(self, path: str | os.PathLike[str], *, durable: bool = True) -> None:
        self._durable = durable
        self.path = Path(os.fspath(path))
        """The name as given."""
        self._target = Path(os.path.realpath(self.path))
        self._mode: int | None = None
        try:
            status = self._target.stat()
        except OSError:
            pass
        else:
            if not stat.S_ISREG(status.st_mode):
                raise SourceError(f"{self.path}: is no regular file; name a file")
            if not os.access(self._target, os.W_OK):
                raise SourceError(f"{self.path}: is read-only; make it writable, or leave it out")
            self._mode = stat.S_IMODE(status.st_mode)
        name = f".{self._target.name[:150]}.{uuid.uuid4().hex[:12]}{TEMPORARY_SUFFIX}"
        self.temporary = self._target.with_name(name)
        """Where the content stands until ``commit``."""
        try:
            self.file: BinaryIO = open(self.temporary, "xb", buffering=1 << 18)  # noqa: SIM115 - closed by commit or discard
        except OSError as error:
            raise SourceError(f"{self.path}: can't be written ({_why(error)}); check the folder and its rights") from error

    def sync(self) -> None:
        """Bring the content to the disk. Raises ``SourceError``, after which nothing is left behind."""
        try:
            self.file.flush()
            if self._mode is not None:
                os.fchmod(self.file.fileno(), self._mode)
            if self._durable:
                os.fsync(self.file.fileno())
            self.file.close()
        except OSError as error:
            self.discard()
            raise SourceError(f"{self.path}: can't be written ({_why(error)}); the old content stays") from error

    def commit(self) -> None:
        """Sync, and take the target's name. Raises ``SourceError``, after which nothing is left behind."""
        if not self.file.closed:
            self.sync()
        try:
            os.replace(self.temporary, self._target)
        except OSError as error:
            self.discard()
            raise SourceError(f"{self.path}: can't be written ({_why(error)}); the old content stays") from error
        if self._durable:
            sync_folder(self._target.parent)

    def discard(self) -> None:
        """Drop the content; the target stays as it was."""
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            self.temporary.unlink()

    def __enter__(self) -> AtomicFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.commit()
            return
        self.discard()
        if isinstance(error, OSError):
            raise SourceError(f"{self.path}: can't be written ({_why(error)}); the old content stays") from error


def write_atomic(path: str | os.PathLike[str], data: bytes, *, durable: bool = True) -> None:
    """Make ``data`` the content of ``path``, whole or not at all. Raises ``SourceError``."""
    with AtomicFile(path, durable=durable) as target:
        target.file.write(data)


def is_temporary(name: str) -> bool:
    """Whether ``name`` is that of a file under construction."""
    return name.startswith(".") and name.endswith(TEMPORARY_SUFFIX)


def sync_folder(folder: str | os.PathLike[str]) -> None:
    """Bring a folder's new names to the disk, where the platform can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _why(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()
