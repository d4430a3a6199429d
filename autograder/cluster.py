"""A class -> all verdicts, on a Dask cluster. Workers get data and return data.

A worker grades in a process of its own, as the local pool does: so what ends that process is tried
once more and then given up, and the worker itself stays. If a worker is lost, Dask gives its
submissions to others.
"""

import multiprocessing
import pickle
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from autograder.errors import ClusterError
from autograder.grade import Job, grade_submission, refuse
from autograder.intake import printable
from autograder.models import GradedSubmission, Submission
from autograder.pool import KILLED, grade_alone, in_turn, local_pool
from autograder.sandbox import missing
from autograder.versions import differing, versions

_ROOM = 500  # jobs that wait on the scheduler: more than a cluster has cores, less than its memory
_CONNECT_SECONDS = 20
_NAMED = 5  # versions that differ
_NOBODY = Submission("", "", {})
_own = threading.local()  # of a worker's thread: its process to grade in


@dataclass(frozen=True)
class _Class:
    """What all jobs of a class share; it goes to each worker once."""

    job: Job  # with an empty submission
    versions: Mapping[str, str]


def grade_on_cluster(jobs: Iterable[Job], address: str) -> Iterator[GradedSubmission]:
    """Grade submissions on the cluster of this scheduler; yield each as it is done.

    A submission with which workers are lost, as often as the scheduler's `allowed-failures` says,
    may only have been beside another that ended them. So it is tried once more by itself, then
    refused with that reason.

    Args:
        jobs: of one class.
        address: such as tcp://scheduler:8786. If this process is a client of it, as it must be
            behind a gateway, that connection is used.

    Raises:
        ClusterError: no scheduler is there, it is lost, or a worker is not fit to grade.
    """
    waiting = deque(jobs)
    if not waiting:
        return
    suspects = []
    with _connected(address) as client:
        for job, graded in _graded(client, waiting, _ROOM):
            if graded is None:
                suspects.append(job)
            else:
                yield graded
        for job in suspects:
            for _, graded in _graded(client, deque([job]), 1):
                yield graded or refuse(job, KILLED)


def _graded(
    client: Any, waiting: deque[Job], room: int
) -> Iterator[tuple[Job, GradedSubmission | None]]:
    """Grade jobs; yield each with its result, or None if its workers were lost."""
    shared = _Class(replace(waiting[0], submission=_NOBODY), versions())
    common = client.submit(_keep, shared, pure=False)
    with client.get_executor(pure=False) as executor:

        def submit(job: Job) -> "Future[GradedSubmission]":
            assert replace(job, submission=_NOBODY) == shared.job  # noqa: S101  # one class
            # as bytes: Dask would look for its own keys in a student's texts
            data = pickle.dumps(job.submission)
            return cast("Future[GradedSubmission]", executor.submit(_grade_here, common, data))

        try:
            for job, future in in_turn(submit, waiting, room):
                yield job, _outcome(future, client)
        except BaseException:
            executor.shutdown(wait=False)
            raise


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    import distributed  # takes a second to import, and most have no cluster

    try:
        known = distributed.Client.current()
    except ValueError:  # no client in this process
        known = None
    if known is not None and known.scheduler.address == address:
        yield known
        return
    try:
        client = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {printable(address)} ({_line(error)}): "
            "look whether it runs, and at the address that it prints"
        ) from None
    with client:
        yield client


def _outcome(future: "Future[GradedSubmission]", client: Any) -> GradedSubmission | None:
    from distributed import KilledWorker

    address = client.scheduler.address
    try:
        return future.result()
    except KilledWorker:
        return None
    except ClusterError:
        raise
    except CancelledError:
        raise ClusterError(
            f"the scheduler at {address} is lost; what was graded is kept: start it and run the "
            "same command again"
        ) from None
    except Exception as error:  # whatever a worker says that has not our package
        raise ClusterError(
            f"a worker of {address} can't grade ({_line(error)}): install there what is "
            "installed here"
        ) from None


def _line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _keep(shared: _Class) -> _Class:
    """Be a task's result, which Dask makes again where it is lost; scattered data would be gone."""
    return shared


def _grade_here(shared: _Class, submission: bytes) -> GradedSubmission:
    """Grade one submission on this worker."""
    _check_worker(shared)
    job = replace(shared.job, submission=pickle.loads(submission))  # noqa: S301  # the parent's
    try:
        return _process().submit(grade_submission, job).result()
    except BrokenExecutor:
        _own.stack.close()
        return grade_alone(job)


def _check_worker(shared: _Class) -> None:
    from distributed import get_worker

    why = None if shared.job.unsafe else missing()
    if found := differing(shared.versions):
        why = f"has {'; '.join(found[:_NAMED])}: install there what is installed here"
    if why is not None:
        raise ClusterError(f"the worker {get_worker().address} is not used: {why}")


def _process() -> ProcessPoolExecutor:
    """Return this thread's process to grade in; it is kept, with all that it has imported."""
    if getattr(_own, "pool", None) is None:
        # A nanny's worker may have no children, since it might be ended without its clean-up; ours
        # end with it whatever happens.
        multiprocessing.current_process().daemon = False
        _own.stack = ExitStack()
        _own.pool = _own.stack.enter_context(local_pool(1))
        _own.stack.callback(setattr, _own, "pool", None)
    return _own.pool  # type: ignore[no-any-return]
