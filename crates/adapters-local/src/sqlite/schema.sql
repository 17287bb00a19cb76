-- Schema 1. Instants are milliseconds since 1970 in UTC, rounded up: nothing is ever early.
-- `owner` is `call/ID` or `case/ID`. Large JSON rows live in tables with a rowid, small ones in their key.
CREATE TABLE states (
    tenant TEXT NOT NULL,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    format INTEGER NOT NULL,
    deadline_ms INTEGER,
    opened_at_ms INTEGER NOT NULL,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (tenant, owner)
) STRICT;
CREATE INDEX states_due ON states (deadline_ms) WHERE deadline_ms IS NOT NULL;
CREATE INDEX states_newest ON states (tenant, kind, opened_at_ms);

-- `due_ms` moves when the effect is put back.
CREATE TABLE effects (
    tenant TEXT NOT NULL,
    owner TEXT NOT NULL,
    number INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    claimant TEXT,
    lease_until_ms INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    unknown INTEGER NOT NULL DEFAULT 0,
    looked_up INTEGER NOT NULL DEFAULT 0,
    effect TEXT NOT NULL,
    PRIMARY KEY (tenant, owner, number)
) STRICT;
CREATE INDEX effects_due ON effects (due_ms);

CREATE TABLE aliases (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    owner TEXT NOT NULL,
    is_unique INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    place INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    owner TEXT NOT NULL,
    entry TEXT NOT NULL
) STRICT;
CREATE INDEX journal_owner ON journal (tenant, owner);

CREATE TABLE policies (
    tenant TEXT NOT NULL,
    version INTEGER NOT NULL,
    policy TEXT NOT NULL,
    PRIMARY KEY (tenant, version)
) STRICT;

CREATE TABLE contacts (
    place INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    contact TEXT NOT NULL
) STRICT;
CREATE INDEX contacts_tenant ON contacts (tenant);

CREATE TABLE contact_numbers (
    tenant TEXT NOT NULL,
    last_ten TEXT NOT NULL,
    contact INTEGER NOT NULL REFERENCES contacts (place) ON DELETE CASCADE,
    PRIMARY KEY (tenant, last_ten, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_numbers_contact ON contact_numbers (contact);

-- One row, written to see whether a write is possible.
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    beats INTEGER NOT NULL
) STRICT;

-- The built-in ticket desk. `draft` is the ticket as it was opened; `status` is where it stands.
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    company TEXT,
    status TEXT NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    closed_at_ms INTEGER,
    merged_into INTEGER REFERENCES tickets (id),
    draft TEXT NOT NULL,
    UNIQUE (tenant, key)
) STRICT;
CREATE INDEX tickets_open ON tickets (tenant, company) WHERE status <> 'closed';

CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    reference TEXT NOT NULL,
    added_at_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (ticket, reference)
) STRICT;

-- What would have been mailed or posted.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    effect TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    alert TEXT NOT NULL,
    UNIQUE (tenant, effect)
) STRICT;
