"""A class -> all verdicts, in a pool of processes on this machine."""

import multiprocessing
import os
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import TypeVar

from autograder.grade import Job, grade_submission, judged, refuse
from autograder.models import GradedSubmission
from autograder.sandbox import Zygote, use
from autograder.workers import WORKERS, cores, start_server

T = TypeVar("T")
KILLED = "the process that graded it was killed, more than once"  # a reason


def grade_class(jobs: Iterable[Job], workers: int | None = None) -> Iterator[GradedSubmission]:
    """Grade submissions in a pool of processes, one a core; yield each as it is done.

    A submission that ends its worker is tried once more by itself, then refused with that reason.
    """
    waiting = deque(jobs)
    count = min(workers or len(cores()), len(waiting))
    while waiting:
        suspects = []
        zygote = judged(waiting[0].notebooks, waiting[0].unsafe).zygote
        with local_pool(count, zygote) as pool:
            for job, future in in_turn(_submit_to(pool), waiting, 2 * count):
                try:
                    graded = future.result()
                except BrokenExecutor:  # so does every other one that was under way
                    suspects.append(job)
                else:
                    yield graded
        yield from map(grade_alone, suspects)


def _submit_to(pool: ProcessPoolExecutor) -> "Callable[[Job], Future[GradedSubmission]]":
    return lambda job: pool.submit(grade_submission, job)


def in_turn(
    submit: Callable[[Job], "Future[T]"], waiting: deque[Job], room: int
) -> Iterator[tuple[Job, "Future[T]"]]:
    """Hand out jobs in order, `room` at a time; yield each with its future when that is done.

    A class may be large, so neither all jobs nor all results are held at once. Once the executor
    is broken, no more are handed out, and those not handed out stay in `waiting`.
    """
    under_way: dict[Future[T], Job] = {}
    while True:
        with suppress(BrokenExecutor):
            while waiting and len(under_way) < room:
                under_way[submit(waiting[0])] = waiting[0]
                waiting.popleft()
        if not under_way:
            return
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            yield under_way.pop(future), future


def grade_alone(job: Job) -> GradedSubmission:
    """Grade a submission whose process was killed once more, in one of its own."""
    try:
        with local_pool(1) as pool:
            return pool.submit(grade_submission, job).result()
    except BrokenExecutor:
        return refuse(job, KILLED)


@contextmanager
def local_pool(workers: int, zygote: Zygote | None = None) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of processes that end with this one; what waits is given up if this fails.

    Args:
        workers: how many.
        zygote: ours, which all of them use: its imports are made, and kept in memory, once.
    """
    start_server()
    shared = None
    if zygote is not None and zygote.problem is None:
        with suppress(OSError):
            shared = zygote.modules, zygote.share()
    own_cores = sys.platform == "linux" and workers == len(cores())
    begin = (dict(os.environ), shared, WORKERS.Value("i", 0) if own_cores else None)
    with ProcessPoolExecutor(workers, WORKERS, _begin, begin) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin(
    environment: dict[str, str],
    shared: tuple[tuple[str, ...], Path] | None,
    begun: "Synchronized[int] | None",
) -> None:
    """Make this worker ready, and let it end with the grader: it would wait for work for ever.

    Args:
        environment: the grader's; the server of workers may have started under another.
        shared: the modules of its zygote, and where that listens.
        begun: how many workers have begun, if there is a core for each. Kernel and judge take
            turns, hundreds of times: on one core nobody has to be woken up.
    """
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # it may be another
    if begun is not None:
        with begun.get_lock():
            own = cores()[begun.value % len(cores())]
            begun.value += 1
        with suppress(OSError):
            os.sched_setaffinity(0, {own})
    if shared is not None:
        use(*shared)
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101  # this is a worker

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="watch over the grader", daemon=True).start()
