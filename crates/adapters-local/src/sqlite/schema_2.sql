-- Schema 2: records, and the text that each version of a tenant's settings was read from.
CREATE TABLE records (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, id)
) STRICT;
CREATE INDEX records_by_time ON records (tenant, kind, at_ms, id);

-- None for settings that were stored before there was such a column.
ALTER TABLE policies ADD COLUMN file TEXT;
