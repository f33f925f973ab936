"""Shards as Ray tasks: on the cluster that ``RAY_ADDRESS`` names, or on one started here for the run.

A task is the very function that runs locally, and a shard is complete only with its mark, so that Ray may try it again wherever and
whenever a worker or node is lost. Texts never travel: nodes read and write the shards themselves, on storage they share.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator, Sequence
from typing import Any

from cleaner.corpus.judge import ChainLike
from cleaner.corpus.pool import Job, Progress
from cleaner.corpus.task import ShardReport, clean_shard
from cleaner.errors import ConfigError

__all__ = ["check_ray", "clean_on_ray"]

RETRIES = 3
"""How often Ray tries a shard again whose worker or node was lost."""


def check_ray() -> Any:
    """Return the module. Raises ``ConfigError`` where the extra is not installed."""
    # A driver and its cluster must agree on whether they ask for a token; without a word Ray decides that per process.
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise ConfigError("--engine ray: Ray is not installed; pip install 'corpus-winnow[ray]'") from None
    return ray


def clean_on_ray(jobs: Sequence[Job], chain: ChainLike, workers: int, progress: Progress) -> Iterator[ShardReport]:
    """Clean ``jobs``, one task a shard, and yield their reports as they come.

    A cluster that is already there is used as it is; one started here has ``workers`` processors (0: all) and ends with the run.
    """
    ray = check_ray()
    with _cluster(ray, workers):
        task = ray.remote(max_retries=RETRIES, num_cpus=1)(_clean)
        shared = ray.put(chain)
        folder = os.getcwd()
        names = {task.remote(job, shared, folder): job.shard for job in jobs}
        waiting = list(names)
        try:
            while waiting:
                ready, waiting = ray.wait(waiting, num_returns=1)
                for reference in ready:
                    shard = names[reference]
                    try:
                        report: ShardReport = ray.get(reference)
                        progress(report.tally.read, report.tally.read and _size(shard.source))
                    except ray.exceptions.RayError as error:
                        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
                        report = ShardReport(
                            shard.name, problem=f"{shard.source}: its Ray task was lost: {why}; run again with --resume"
                        )
                    yield report
                    if report.stops:
                        return
        finally:
            for reference in waiting:
                with contextlib.suppress(Exception):
                    ray.cancel(reference, force=True)


def _clean(job: Job, chain: ChainLike, folder: str) -> ShardReport:
    # Shards are named as the driver names them, so that audits read the same; relative names hold in its folder.
    os.chdir(folder)
    return clean_shard(job.shard, job.task, chain, job.run_id)


def _size(path: str) -> int:
    with contextlib.suppress(OSError):
        return os.stat(path).st_size
    return 0


@contextlib.contextmanager
def _cluster(ray: Any, workers: int) -> Iterator[None]:
    if ray.is_initialized():
        yield
        return
    address = os.environ.get("RAY_ADDRESS", "")
    _check_address(address)
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address:
            # Ray finds the driver's own address by itself, except on a cluster that lives on loopback.
            own = {"_node_ip_address": os.environ["RAY_NODE_IP_ADDRESS"]} if "RAY_NODE_IP_ADDRESS" in os.environ else {}
            ray.init(address=address, **own, **quiet)
        else:
            ray.init(num_cpus=workers or None, include_dashboard=False, **quiet)
    except (ConnectionError, RuntimeError, ValueError) as error:
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ConfigError(f"--engine ray: no cluster: {why}; check RAY_ADDRESS") from None
    try:
        yield
    finally:
        ray.shutdown()


def _check_address(address: str) -> None:
    """Raise ``ConfigError`` when nothing listens at ``host:port``; Ray itself would end the process without a word of ours."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or "/" in host:
        return
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise ConfigError(f"--engine ray: nothing answers at {address} ({error}); check RAY_ADDRESS") from None
