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

-- The built-in desk and the inbox keep records, too, from here on, as `desk.rs` and `inbox.rs` read them. A ticket
-- keeps the number under which its case knows it; `desk-number` leads from there to the ticket's key.
INSERT INTO records (tenant, kind, id, at_ms, body)
    SELECT tenant, 'desk-ticket', key, opened_at_ms,
        json_object('ticket', CAST(id AS TEXT), 'draft', json(draft)) FROM tickets;
INSERT INTO records (tenant, kind, id, at_ms, body)
    SELECT tenant, 'desk-number', CAST(id AS TEXT), opened_at_ms, json_object('key', key) FROM tickets;
INSERT INTO records (tenant, kind, id, at_ms, body)
    SELECT tenant, 'desk-closed', CAST(id AS TEXT), closed_at_ms, '{}' FROM tickets WHERE closed_at_ms IS NOT NULL;
INSERT INTO records (tenant, kind, id, at_ms, body)
    SELECT tenant, 'desk-merged', CAST(id AS TEXT), coalesce(closed_at_ms, opened_at_ms),
        json_object('into', CAST(merged_into AS TEXT)) FROM tickets WHERE merged_into IS NOT NULL;
INSERT INTO records (tenant, kind, id, at_ms, body)
    SELECT tickets.tenant, 'desk-note/' || tickets.id, notes.reference, notes.added_at_ms,
        json_object('text', notes.text) FROM notes JOIN tickets ON tickets.id = notes.ticket;
INSERT INTO records (tenant, kind, id, at_ms, body)
    SELECT tenant, 'notice', effect, sent_at_ms, alert FROM messages;
DROP TABLE notes;
DROP TABLE tickets;
DROP TABLE messages;
