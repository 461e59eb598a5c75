"""The Celery application: a doorbell, configured so that a lost or repeated ring does no harm."""

from celery import Celery
from celery.signals import worker_shutting_down
from kombu.entity import Queue as KombuQueue

from workers.queues import Queue
from workers.runtime import Runtime
from workers.schedule import beat_schedule
from workers.tasks import add_tasks


def make_app(runtime: Runtime) -> Celery:
    """The application of a worker or beat process.

    Args:
        runtime: started.
    """
    app = Celery("accord", broker=runtime.broker_url, set_as_current=True)
    app.conf.update(_SETTINGS)
    # Books on one machine share the embedded broker, and no book's worker may take another's rings.
    own = {"global_keyprefix": f"crm:{runtime.settings.book}:"}
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **own}
    app.conf.beat_schedule = beat_schedule(runtime.settings.tick_seconds)
    app.conf.beat_max_loop_interval = min(5.0, runtime.settings.tick_seconds)
    add_tasks(app, runtime)

    def stop(**_: object) -> None:
        runtime.stop()

    worker_shutting_down.connect(stop, weak=False)
    return app


_SETTINGS = {
    # A ring may be lost or repeated: the rows in PostgreSQL are claimed under a lease, which recovers in seconds,
    # where redelivery by the broker took a hundred, started some tasks twice and looped over a poisoned one.
    "task_acks_late": False,
    "task_reject_on_worker_lost": False,
    "task_ignore_result": True,
    "result_backend": None,
    # With pickle, whoever can write to the broker could run code in the worker.
    "task_serializer": "json",
    "accept_content": ["json"],
    "worker_prefetch_multiplier": 1,
    # Waits are rows with a due date; nothing here uses eta or countdown, which a broker forgets or repeats.
    "worker_eta_task_limit": 100,
    # Above the 600 seconds that the final answer of a mail server may take (RFC 5321 4.5.3.2.6).
    "task_soft_time_limit": 780,
    "task_time_limit": 900,
    # For SIGQUIT alone: a soft shutdown sleeps so long whatever it has to wait for (celery 5.7). On SIGTERM the
    # worker waits for its children, which give back what they have not begun.
    "worker_soft_shutdown_timeout": 30,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_max_tasks_per_child": 1000,
    "worker_hijack_root_logger": False,
    # The events of every task would go through the broker, and nobody listens.
    "worker_send_task_events": False,
    "task_publish_retry": False,
    "task_create_missing_queues": False,
    "task_queues": [KombuQueue(queue.value) for queue in Queue],
    "task_default_queue": Queue.TICK.value,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {
        # A ring that is taken is gone, and nothing is kept to deliver it again. With acknowledgements in the broker, one
        # that a stalled broker did not answer would keep its place for ever, and the worker would hear no further ring.
        "ack_emulation": False,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "retry_on_timeout": False,
    },
    "enable_utc": True,
    "timezone": "UTC",
    # In memory: what has run is in the database, so a beat that restarts remembers nothing wrong.
    "beat_scheduler": "celery.beat:Scheduler",
}
