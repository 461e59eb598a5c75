"""Celery as a doorbell: tasks are doors, jobs are plain functions, and PostgreSQL holds the truth."""
