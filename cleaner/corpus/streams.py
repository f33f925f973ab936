"""Compressed bytes, strictly: a stream that ends too early is an error, never a short file.

``python-zstandard`` reads a truncated file as an empty one and stops silently at the end of the first frame, so frames are
walked by hand here.
"""

from __future__ import annotations

import gzip
import io
import itertools
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from cleaner.errors import ConfigError, SourceError

if TYPE_CHECKING:
    import zstandard

__all__ = ["CHUNK", "SNIFF", "ByteSink", "ChunkReader", "Damage", "chunks", "compressed", "need"]

CHUNK = 1 << 20
"""Bytes handed on at a time."""
SNIFF = "?"
"""The compression of the standard input, which has no name: what its first bytes say."""
ZSTD_STEP = 2048
"""Compressed bytes decoded at a time: even a bomb of run-length blocks gives at most 64 MiB for them."""


class Damage(SourceError):
    """A stream that can't be read to its end; ``str()`` has no path yet."""


class ByteSink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object:
        """Take ``data``."""
        ...

    def close(self) -> None:
        """Finish the stream; the file below stays open."""
        ...


def need(module: str, extra: str, what: str) -> None:
    """Raise ``ConfigError`` with the way to install ``module`` unless it can be imported."""
    import importlib.util

    if importlib.util.find_spec(module.partition(".")[0]) is None:
        raise ConfigError(f"{what} needs the package {module}; pip install 'corpus-winnow[{extra}]'")


def chunks(file: BinaryIO, compression: str) -> Iterator[bytes]:
    """Yield the content of ``file`` in pieces of about ``CHUNK`` bytes. Raises ``Damage`` where it can't be read on."""
    if compression == SNIFF:
        file, compression = _sniffed(file)
    if compression == "gz":
        return _gzip_chunks(file)
    if compression == "zst":
        return _zstd_chunks(file)
    return _plain_chunks(file)


def _sniffed(file: BinaryIO) -> tuple[BinaryIO, str]:
    """Return ``file`` from its start and the compression that its first bytes tell."""
    head = b""
    while len(head) < 4 and (more := file.read(4 - len(head))):
        head += more
    whole = ChunkReader(itertools.chain([head] if head else [], iter(lambda: file.read(CHUNK), b"")))
    compression = "gz" if head.startswith(b"\x1f\x8b") else "zst" if head == b"\x28\xb5\x2f\xfd" else ""
    return cast("BinaryIO", whole), compression


def _plain_chunks(file: BinaryIO) -> Iterator[bytes]:
    while data := file.read(CHUNK):
        yield data


def _gzip_chunks(file: BinaryIO) -> Iterator[bytes]:
    stream = gzip.GzipFile(fileobj=file, mode="rb")
    some = False
    while True:
        try:
            data = stream.read(CHUNK)
        except EOFError:
            raise Damage("the gzip stream ends too early; get the whole file") from None
        except gzip.BadGzipFile as error:
            problem = "a checksum in the gzip stream is wrong"
            if "CRC" not in str(error) and "length" not in str(error):
                problem = "other data follows the gzip stream" if some else "not gzip data"
            raise Damage(f"{problem}; get the whole file") from None
        except zlib.error:
            raise Damage("the gzip stream is corrupt; get the whole file") from None
        if not data:
            if not some and file.tell() == 0:
                raise Damage("an empty file, not a gzip stream; get the whole file")
            return
        some = True
        yield data


def _zstd_chunks(file: BinaryIO) -> Iterator[bytes]:
    need("zstandard", "zstd", "zstd compression")
    import zstandard

    decompressor = zstandard.ZstdDecompressor()
    frame = None
    parts: list[bytes] = []
    held = 0
    some = False
    while data := file.read(CHUNK):
        some = True
        view = memoryview(data)
        for at in range(0, len(view), ZSTD_STEP):
            piece = bytes(view[at : at + ZSTD_STEP])
            while piece:
                if frame is None:
                    frame = decompressor.decompressobj()
                try:
                    part = frame.decompress(piece)
                except zstandard.ZstdError as error:
                    raise Damage(f"the zstd stream is corrupt ({_reason(error)}); get the whole file") from None
                if part:
                    parts.append(part)
                    held += len(part)
                if held >= CHUNK:
                    yield b"".join(parts)
                    parts, held = [], 0
                piece = frame.unused_data if frame.eof else b""
                if frame.eof:
                    frame = None
    if not some:
        raise Damage("an empty file, not a zstd stream; get the whole file")
    if held:
        yield b"".join(parts)
    if frame is not None:
        raise Damage("the zstd stream ends too early; get the whole file")


def _reason(error: zstandard.ZstdError) -> str:
    text = str(error).rpartition(": ")[2] or "bad data"
    return text[:1].lower() + text[1:]


class _Even:
    """Hands bytes on in pieces of exactly ``CHUNK``, so that compressed output can't depend on how it was written."""

    def __init__(self, below: ByteSink, closing: bool = True) -> None:
        self._below = below
        self._held = io.BytesIO()
        self._closing = closing

    def write(self, data: bytes, /) -> None:
        self._held.write(data)
        if self._held.tell() >= CHUNK:
            view = self._held.getbuffer()
            whole = len(view) // CHUNK * CHUNK
            for at in range(0, whole, CHUNK):
                self._below.write(bytes(view[at : at + CHUNK]))
            rest = bytes(view[whole:])
            del view
            self._held = io.BytesIO()
            self._held.write(rest)

    def close(self) -> None:
        self._below.write(self._held.getvalue())
        if self._closing:
            self._below.close()


class _Plain:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes, /) -> None:
        self._file.write(data)

    def close(self) -> None:
        self._file.flush()


def compressed(file: BinaryIO, compression: str) -> ByteSink:
    """Return a sink that writes to ``file``: plain, gzip at level 6 without time or name, or zstd at level 3 with a checksum."""
    if compression == "gz":
        return _Even(gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0))
    if compression == "zst":
        need("zstandard", "zstd", "zstd compression")
        import zstandard

        writer = zstandard.ZstdCompressor(level=3, write_checksum=True).stream_writer(file, closefd=False)
        return _Even(writer)
    return _Plain(file)


class ChunkReader(io.RawIOBase):
    """A readable file over an iterator of bytes, for libraries that want one."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source = source
        self._held = b""
        self.count = 0
        """Bytes handed out."""
        self.tail = b""
        """The last four bytes handed out."""

    def readable(self) -> bool:
        """Return ``True``."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Return up to ``size`` bytes, all when negative; empty at the end."""
        if size is None or size < 0:
            data = self._held + b"".join(self._source)
            self._held = b""
        else:
            while not self._held:
                following = next(self._source, None)
                if following is None:
                    return b""
                self._held = following
            data, self._held = self._held[:size], self._held[size:]
        self.tail = (self.tail + data[-4:])[-4:]
        self.count += len(data)
        return data

    def tell(self) -> int:
        """Return the number of bytes handed out."""
        return self.count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Stay in place; raise ``OSError`` for any other place."""
        if (offset, whence) not in ((0, io.SEEK_CUR), (self.count, io.SEEK_SET)):
            raise OSError("a stream can't be sought in")
        return self.count

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` and return the number of bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
