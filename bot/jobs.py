"""Messages that start with us, as durable jobs: what was noted is sent, whatever dies in between.

A notice is a row that is written together with what caused it (`storage.notices`). Right after the commit it
becomes a job of DBOS, which keeps its queue in tables of its own: in the file `jobs.db` beside a SQLite database,
or in the schema `dbos` on a PostgreSQL server, where all workers share one queue and its limits. What a job is given
are ids. What it does is decided when it runs, and a notice may come twice, but never not at all:

* a job asks right before it sends whether the notice still waits, and notes right after that it was sent;
* a job that could not deliver puts the next try into the queue before it ends, a little later each time; what can
  wait, and comes at night, waits for the morning in the same way;
* every minute, and at the start, reminders that are due are noted (`bot.services.reminding`), and each notice that
  waits without a job gets one: what a crash left out;
* a job takes seconds. One that was begun two minutes ago and did not end belongs to a worker that is gone, or so
  slow that a second message does no harm: whoever sees it first puts it back into the queue.

DBOS runs once in a process. It is used from threads of its own and ours, never from the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from pathlib import Path
from types import TracebackType
from typing import Final, Self, assert_never

from dbos import DBOS, DBOSConfig, EnqueueOptions, WorkflowSerializationFormat, WorkflowStatus
from msgspec import Struct

from bot import logs
from bot.clock import Clock
from bot.contacts import SHIPPED, Contacts
from bot.messages import Letter
from bot.metrics import JobOutcome, Metrics
from bot.services import noticing, reminding
from bot.services.noticing import Deliver, Delivered, Due, Held, Over
from storage.database import Database
from storage.notices import Notice
from storage.people import Person
from storage.unit_of_work import Storage

DATABASE: Final = "jobs.db"
QUEUE: Final = "notices"
JOB: Final = "notice"
# Of what a job is given, not of Candour: DBOS leaves jobs of another version alone, so that it must outlive releases.
VERSION: Final = "1"

# 25 messages a second to everybody: each worker leaves this much time between two, and on PostgreSQL the queue lets all
# of them together begin no more than OVERALL. Its period is short, since the whole of it may leave at once. It looks
# every POLLED seconds, so that the period seems longer by some of that and by what looking takes: 24 a second with one
# worker, 25 with two, 27.5 if looking took no time. Telegram takes 30. On SQLite there is one worker, and the queue is
# not asked to count: before Python 3.12, DBOS's clock there knows whole seconds only.
SPACED: Final = 0.04  # seconds
OVERALL: Final = 7, 0.255  # messages, seconds
A_PERSON: Final = 1, 1.0
POLLED: Final = 0.05
AT_ONCE: Final = 32  # jobs that one worker runs beside each other: so many wait for an answer of the channel

BREATH: Final = 0.005  # seconds after each notice that is queued: those before it are sent meanwhile
DELIVERY_SECONDS: Final = 20.0  # longer is not waited for an answer of the channel
DRAIN_SECONDS: Final = 25  # so that no job is cut off when we stop

_LIVE = ("ENQUEUED", "DELAYED", "PENDING")

log = logs.logger(__name__)


class Pace(Struct, frozen=True):
    """How patient to be, in seconds, and `tries`: after so many, about a day, a notice cannot be delivered.

    `settled` is how long what has ended is kept, so that the limits can count it: then nothing says when it was.
    `pause` is the time before the second try. It doubles each time, up to `longest_pause`.
    """

    look_again: float = 60.0
    abandoned: float = 120.0
    settled: float = 60.0
    pause: float = 5.0
    longest_pause: float = 900.0
    tries: int = 100

    def after(self, tries: int) -> float:
        """Seconds to wait after so many tries."""
        return min(self.pause * 2.0 ** (tries - 1), self.longest_pause)


class Jobs:
    """Sends notices: `async with Jobs(storage, place, worker, deliver, metrics, clock) as jobs: …`.

    `place` is the file or the PostgreSQL address where DBOS keeps its queue. `worker` is a name that this process has
    again when it starts again, and that no other has: what it left unfinished it goes on with at once. `deliver` is
    called in the event loop. Leaving the block waits for what is being sent. `contacts` say whose bank holidays are
    kept. Raises what `Database.open` raises.
    """

    def __init__(
        self,
        storage: Storage,
        place: Path | str,
        worker: str,
        deliver: Deliver,
        metrics: Metrics,
        clock: Clock,
        *,
        contacts: Contacts = SHIPPED,
        pace: Pace | None = None,
    ) -> None:
        self._storage = storage
        self._place = place
        self._worker = worker
        self._deliver = deliver
        self._metrics = metrics
        self._clock = clock
        self._contacts = contacts
        self._pace = pace or Pace()
        self._metronome = _Metronome(SPACED)
        self._stopping = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jobs")
        try:
            await self._loop.run_in_executor(self._thread, self._launch)
        except BaseException:
            await asyncio.to_thread(_destroy)
            self._thread.shutdown()
            raise
        self._rounds = self._loop.create_task(self._go_round())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._rounds.cancel()
        await asyncio.gather(self._rounds, return_exceptions=True)
        await asyncio.to_thread(self._thread.shutdown)
        await asyncio.to_thread(_destroy)

    def announce(self, notices: Sequence[bytes]) -> None:
        """Have these sent, soon; returns at once. What cannot be queued now is found when we look again."""
        if not self._stopping:
            self._thread.submit(self._queue, tuple(notices))

    # Starting, and looking for what was left behind

    def _launch(self) -> None:
        on_file = isinstance(self._place, Path)
        logger = logging.getLogger("dbos")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())  # else DBOS brings its own, which prints messages
        DBOS(config=_config(_prepared(self._place), self._worker))

        @DBOS.workflow(name=JOB, max_recovery_attempts=None)
        def job(name: str, tries: int) -> None:
            self._attend(name, tries)

        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            limiter=None if on_file else {"limit": OVERALL[0], "period": OVERALL[1]},
            partition_limiter={"limit": A_PERSON[0], "period": A_PERSON[1]},
            worker_concurrency=AT_ONCE,
            polling_interval_sec=POLLED,
        )

    async def _go_round(self) -> None:
        while True:
            await self._loop.run_in_executor(self._thread, self._remind)
            await self._loop.run_in_executor(self._thread, self._look)
            await asyncio.sleep(self._pace.look_again)

    def _remind(self) -> None:
        """Note whom to remind of what. They are sent like all that waits."""
        try:
            noted = reminding.note_due(self._storage, self._clock.now(), self._contacts)
        except Exception as trouble:  # noqa: BLE001 - as below; and what was noted before must be sent
            log.error("jobs.not_reminded", job=JOB, trouble=trouble)
            return
        if noted:
            log.info("jobs.reminded", job=JOB, count=len(noted))

    def _look(self) -> None:
        """Give a job to each notice that has none, take over what was abandoned, forget what has ended."""
        try:
            with self._storage.reading() as work:
                waiting = work.notices.waiting()
            now = time.time() * 1000
            jobs = DBOS.list_workflows(name=JOB, load_input=False, load_output=False)
            live = [job for job in jobs if job.status in _LIVE]
            ended = [job for job in jobs if job.status not in _LIVE]
            self._take_over([job for job in live if _begun_before(job, now - 1000 * self._pace.abandoned)])
            _forget([job for job in ended if (job.updated_at or 0) < now - 1000 * self._pace.settled])
            queued = {job.workflow_id.split(":")[1] for job in live}
            self._enqueue(notice for notice in waiting if notice.id.hex() not in queued)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the next round may go well; else nobody would look
            log.error("jobs.round_failed", job=JOB, trouble=trouble)

    def _take_over(self, abandoned: Sequence[WorkflowStatus]) -> None:
        if abandoned:
            log.warning("jobs.taken_over", job=JOB, count=len(abandoned), worker=self._worker)
            DBOS.resume_workflows([job.workflow_id for job in abandoned], queue_name=QUEUE)

    def _queue(self, notices: Sequence[bytes]) -> None:
        try:
            with self._storage.reading() as work:
                found = [work.notices.get(notice) for notice in notices]
            self._enqueue(notice for notice in found if notice)
        except Exception as trouble:  # noqa: BLE001 - they wait in the database, and are found when we look again
            log.error("jobs.not_queued", job=JOB, count=len(notices), trouble=trouble)

    def _enqueue(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if self._stopping:
                return
            _put(notice.id, notice.person)
            time.sleep(BREATH)

    # One job

    def _attend(self, name: str, tries: int) -> None:
        """Send the notice of this name, for the `tries`th time. In a thread of DBOS."""
        try:
            outcome = self._try(bytes.fromhex(name), tries)
        except Exception as trouble:  # noqa: BLE001 - DBOS would write it, and what it quotes, into its tables
            log.error("job.failed", job=JOB, tries=tries, trouble=trouble)
            outcome = JobOutcome.FAILED
        self._metrics.job_ended(outcome)

    def _try(self, notice: bytes, tries: int) -> JobOutcome:
        match noticing.due_message(self._storage, notice, self._clock.now(), self._contacts):
            case None:
                return self._park(notice, tries, otherwise=JobOutcome.DROPPED)
            case Over():
                noticing.drop(self._storage, notice)
                return JobOutcome.DROPPED
            case Held(person, until):
                self._put_again(notice, person, tries, (until - self._clock.now()).total_seconds())
                return JobOutcome.AGAIN
            case Due(person, letter):
                return self._deliver_to(person, letter, notice, tries)

    def _deliver_to(self, person: Person, letter: Letter, notice: bytes, tries: int) -> JobOutcome:
        delivered = self._send(person, letter)
        match delivered:
            case Delivered.SENT:
                noticing.mark_sent(self._storage, notice)
                return JobOutcome.DONE
            case Delivered.GONE:
                return self._park(notice, tries, otherwise=JobOutcome.DROPPED)
            case Delivered.HELD | Delivered.FAILED:
                return self._put_off(notice, person, tries)
            case _:
                assert_never(delivered)

    def _send(self, person: Person, letter: Letter) -> Delivered:
        self._metronome.wait()
        sending = self._deliver(person.channel, person.address, letter)
        answer = asyncio.run_coroutine_threadsafe(sending, self._loop)
        try:
            return answer.result(DELIVERY_SECONDS)
        except TimeoutError:
            answer.cancel()
            return Delivered.FAILED

    def _put_off(self, notice: bytes, person: Person, tries: int) -> JobOutcome:
        if tries >= self._pace.tries:
            return self._park(notice, tries, otherwise=JobOutcome.DROPPED)
        self._put_again(notice, person, tries, self._pace.after(tries))
        return JobOutcome.AGAIN

    def _put_again(self, notice: bytes, person: Person, tries: int, pause: float) -> None:
        # In a context of its own: in that of a job, DBOS would enter what is queued as a child of the job.
        Context().run(_put, notice, person.id, tries + 1, pause)

    def _park(self, notice: bytes, tries: int, *, otherwise: JobOutcome) -> JobOutcome:
        if not noticing.park(self._storage, notice, self._clock.now()):
            return otherwise
        log.warning("job.parked", job=JOB, tries=tries)
        return JobOutcome.FAILED


class _Metronome:
    """Lets threads go on one by one, so many seconds after each other; of a delay, no more than one step is made up."""

    def __init__(self, step: float) -> None:
        self._step = step
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Wait until it is this thread's turn."""
        with self._lock:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = max(self._next, time.monotonic() - self._step) + self._step


def _prepared(place: Path | str) -> str:
    """The address for DBOS. A file is made ours alone first, and given a journal that lets readers and writers be."""
    database = Database.open(place)
    try:
        with database.reading():
            return f"sqlite:///{place}" if isinstance(place, Path) else place
    finally:
        database.close()


def _config(url: str, worker: str) -> DBOSConfig:
    return {
        "name": "candour",
        "system_database_url": url,
        "sys_db_pool_size": 8,
        "executor_id": worker,
        "application_version": VERSION,
        "log_level": "WARNING",
        "enable_otlp": False,
        "use_listen_notify": False,
        "max_executor_threads": 2 * AT_ONCE,
    }


def _destroy() -> None:
    DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=DRAIN_SECONDS)


def _put(notice: bytes, person: bytes, tries: int = 1, pause: float = 0.0) -> None:
    """Queue a try. Its id follows from the notice and the try: the same one twice is one job."""
    options: EnqueueOptions = {
        "workflow_name": JOB,
        "queue_name": QUEUE,
        "workflow_id": f"{JOB}:{notice.hex()}:{tries}",
        "queue_partition_key": person.hex(),
        "serialization_type": WorkflowSerializationFormat.PORTABLE,
    }
    if pause:
        options["delay_seconds"] = pause
    DBOS.enqueue_workflow_with_options(options, notice.hex(), tries)


def _begun_before(job: WorkflowStatus, moment: float) -> bool:
    return job.status == "PENDING" and (job.dequeued_at or 0) < moment


def _forget(jobs: Sequence[WorkflowStatus]) -> None:
    if jobs:
        DBOS.delete_workflows([job.workflow_id for job in jobs])
