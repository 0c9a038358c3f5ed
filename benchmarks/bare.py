"""The bare locked insert: one counter row that is locked and counted up, and a narrow row. The floor of a filing."""

SCRATCH = "bench_filing"
TABLES = (
    f"CREATE TABLE {SCRATCH}_counter (id int PRIMARY KEY, last bigint NOT NULL)",
    f"CREATE TABLE {SCRATCH} (id bigserial PRIMARY KEY, line int NOT NULL, number bigint NOT NULL, "
    "at timestamptz NOT NULL, UNIQUE (line, number))",
    f"INSERT INTO {SCRATCH}_counter VALUES (1, 0)",
)
LOCK = f"SELECT last FROM {SCRATCH}_counter WHERE id = 1 FOR UPDATE"
COUNT = f"UPDATE {SCRATCH}_counter SET last = %s WHERE id = 1"
INSERT = f"INSERT INTO {SCRATCH} (line, number, at) VALUES (1, %s, clock_timestamp())"
