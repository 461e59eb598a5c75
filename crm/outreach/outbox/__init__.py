"""Letters that wait to go out: how they are queued, in which wording, with what facts, and what they say."""
