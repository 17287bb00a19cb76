-- Schema 3: small facts that change. `version` counts the puts of an entry from 1.
CREATE TABLE register (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at_ms INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, id)
) STRICT;
