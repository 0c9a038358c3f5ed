"""Measurements on PostgreSQL: ``make bench``. Figures of record stand in docs/benchmarks.md."""
