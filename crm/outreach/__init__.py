"""Letters on their way: runs, the outbox and its delivery, what comes back, and letters drafted by hand."""
