"""Compressed streams: read whole, or an error."""

from __future__ import annotations

import gzip
import io

import pytest

from cleaner.corpus.streams import CHUNK, Damage, chunks, compressed

zstandard = pytest.importorskip("zstandard")
DATA = b"".join(b"line %d of a text that is long enough\n" % n for n in range(50_000))


def pack(data: bytes, kind: str) -> bytes:
    return gzip.compress(data, mtime=0) if kind == "gz" else zstandard.ZstdCompressor(write_checksum=True).compress(data)


def read(data: bytes, kind: str) -> bytes:
    return b"".join(chunks(io.BytesIO(data), kind))


KINDS = pytest.mark.parametrize("kind", ["gz", "zst"])


@KINDS
def test_several_members_are_one_stream(kind: str) -> None:
    assert read(pack(DATA, kind) + pack(b"more", kind) + pack(b"", kind), kind) == DATA + b"more"


@KINDS
@pytest.mark.parametrize("cut", [0.001, 0.3, 0.9, -1])
def test_a_cut_is_an_error(kind: str, cut: float) -> None:
    packed = pack(DATA, kind)
    with pytest.raises(Damage, match="ends too early"):
        read(packed[: int(len(packed) * cut) if cut > 0 else -1], kind)


@KINDS
def test_a_cut_second_member_is_an_error(kind: str) -> None:
    with pytest.raises(Damage, match="ends too early"):
        read(pack(DATA, kind) + pack(DATA, kind)[:100], kind)


@KINDS
def test_a_flipped_bit_is_an_error(kind: str) -> None:
    packed = bytearray(pack(DATA, kind))
    packed[len(packed) // 2] ^= 16
    with pytest.raises(Damage):
        read(bytes(packed), kind)


@KINDS
@pytest.mark.parametrize(("data", "problem"), [(b"", "empty"), (b"plain text\n", "not gzip|corrupt")])
def test_what_is_no_such_stream_is_an_error(kind: str, data: bytes, problem: str) -> None:
    with pytest.raises(Damage, match=problem):
        read(data, kind)


@KINDS
def test_garbage_behind_the_stream_is_an_error(kind: str) -> None:
    with pytest.raises(Damage):
        read(pack(DATA, kind) + b"garbage that is no member", kind)


@KINDS
def test_a_bomb_comes_in_bounded_pieces(kind: str) -> None:
    packed = pack(bytes(100 << 20), kind)
    sizes = [len(chunk) for chunk in chunks(io.BytesIO(packed), kind)]
    assert sum(sizes) == 100 << 20
    assert max(sizes) <= 66 << 20


@pytest.mark.parametrize("kind", ["", "gz", "zst"])
@pytest.mark.parametrize("step", [1 << 10, 777_777, 1 << 30])
def test_output_does_not_depend_on_how_it_was_written(kind: str, step: int) -> None:
    data = DATA * 2
    out = io.BytesIO()
    sink = compressed(out, kind)
    for at in range(0, len(data), step):
        sink.write(data[at : at + step])
    sink.close()
    whole = io.BytesIO()
    other = compressed(whole, kind)
    other.write(data)
    other.close()
    assert out.getvalue() == whole.getvalue()
    assert read(out.getvalue(), kind) == data
    assert len(data) > CHUNK
