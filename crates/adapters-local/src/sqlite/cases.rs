//! Calls and cases: states, second names and the flight recorder.

use super::SqliteStore;
use super::codec::{Fault, column, from_json, limit, parse, present, to_json};
use super::outbox;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_ports::{
    Alias, Cases, Claim, Commit, JournalEntry, ListKind, SNAPSHOT_FORMAT, Save, Snapshot, StoreError, Stored,
};
use rusqlite::{Connection, OptionalExtension, params};

#[async_trait]
impl Cases for SqliteStore {
    async fn load(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Option<Stored>, StoreError> {
        let key = (tenant.clone(), owner.to_string());
        let row = self
            .read(move |connection| {
                let sql = "SELECT version, format, snapshot FROM states WHERE tenant = ?1 AND owner = ?2";
                let mut select = connection.prepare_cached(sql)?;
                let found = select.query_row(params![key.0.as_str(), key.1], |row| {
                    Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?, row.get::<_, String>(2)?))
                });
                Ok(found.optional()?)
            })
            .await?;
        row.map(|(version, format, json)| {
            Ok(Stored { snapshot: snapshot(&owner.to_string(), format, &json)?, version: u64::from(version) })
        })
        .transpose()
    }

    async fn find(&self, tenant: &TenantId, kind: &str, value: &str) -> Result<Option<OwnerId>, StoreError> {
        let (tenant, kind, value) = (tenant.clone(), kind.to_owned(), value.to_owned());
        self.read(move |connection| {
            let sql = "SELECT owner FROM aliases WHERE tenant = ?1 AND kind = ?2 AND value = ?3";
            let mut select = connection.prepare_cached(sql)?;
            let found = select.query_row(params![tenant.as_str(), kind, value], |row| row.get::<_, String>(0));
            Ok(found.optional()?.map(|owner| parse("alias", &owner)).transpose()?)
        })
        .await
    }

    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        let rows = Rows::of(commit)?;
        self.write(move |connection| rows.write(connection)).await
    }

    async fn due(&self, now: DateTime<Utc>, limit_rows: usize) -> Result<Vec<(TenantId, OwnerId)>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT tenant, owner FROM states WHERE deadline_ms <= ?1 \
                       ORDER BY deadline_ms, tenant, owner LIMIT ?2";
            let mut select = connection.prepare_cached(sql)?;
            let mut rows = select.query(params![present(now), limit(limit_rows)])?;
            let mut due = Vec::new();
            while let Some(row) = rows.next()? {
                due.push((
                    parse("tenant", row.get_ref(0)?.as_str().unwrap_or_default())?,
                    parse("owner", row.get_ref(1)?.as_str().unwrap_or_default())?,
                ));
            }
            Ok(due)
        })
        .await
    }

    async fn list(&self, tenant: &TenantId, kind: ListKind, limit_rows: usize) -> Result<Vec<Snapshot>, StoreError> {
        let tenant = tenant.clone();
        let kind = match kind {
            ListKind::Calls => "call",
            ListKind::Cases => "case",
        };
        let rows = self
            .read(move |connection| {
                let sql = "SELECT owner, format, snapshot FROM states WHERE tenant = ?1 AND kind = ?2 \
                           ORDER BY opened_at_ms DESC, owner LIMIT ?3";
                let mut select = connection.prepare_cached(sql)?;
                let rows = select.query_map(params![tenant.as_str(), kind, limit(limit_rows)], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?, row.get::<_, String>(2)?))
                })?;
                Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
            })
            .await?;
        rows.iter().map(|(owner, format, json)| snapshot(owner, *format, json)).collect()
    }

    async fn journal(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<JournalEntry>, StoreError> {
        let key = (tenant.clone(), owner.to_string());
        let rows = self
            .read(move |connection| {
                let sql = "SELECT entry FROM journal WHERE tenant = ?1 AND owner = ?2 ORDER BY place";
                let mut select = connection.prepare_cached(sql)?;
                let rows = select.query_map(params![key.0.as_str(), key.1], |row| row.get::<_, String>(0))?;
                Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
            })
            .await?;
        rows.iter().map(|json| from_json(&format!("journal of {owner}"), json)).collect()
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.write(|connection| {
            let sql = "INSERT INTO heartbeat (id, beats) VALUES (1, 1) \
                       ON CONFLICT (id) DO UPDATE SET beats = beats + 1";
            connection.prepare_cached(sql)?.execute([])?;
            Ok(())
        })
        .await
    }
}

/// A commit in columns, made before the writer is bothered with it.
struct Rows {
    tenant: TenantId,
    saves: Vec<StateRow>,
    effects: Vec<outbox::EffectRow>,
    aliases: Vec<Alias>,
    settled: Option<Claim>,
    journal: Vec<(String, String)>,
}

struct StateRow {
    owner: String,
    kind: &'static str,
    expected_version: i64,
    deadline_ms: Option<i64>,
    opened_at_ms: i64,
    snapshot: String,
}

impl Rows {
    fn of(commit: Commit) -> Result<Self, StoreError> {
        let entry = |entry: &JournalEntry| Ok((entry.owner.to_string(), to_json("journal entry", entry)?));
        Ok(Self {
            saves: commit.saves.iter().map(StateRow::of).collect::<Result<_, _>>()?,
            effects: commit.effects.iter().map(outbox::EffectRow::of).collect::<Result<_, _>>()?,
            journal: commit.journal.iter().map(entry).collect::<Result<_, StoreError>>()?,
            tenant: commit.tenant,
            aliases: commit.aliases,
            settled: commit.settled,
        })
    }

    fn write(&self, connection: &Connection) -> Result<(), Fault> {
        let tenant = self.tenant.as_str();
        for save in &self.saves {
            save.write(connection, tenant)?;
        }
        if let Some(claim) = &self.settled {
            outbox::remove(connection, claim)?;
        }
        for effect in &self.effects {
            effect.insert(connection, tenant)?;
        }
        for alias in &self.aliases {
            write_alias(connection, tenant, alias)?;
        }
        for (owner, entry) in &self.journal {
            let sql = "INSERT INTO journal (tenant, owner, entry) VALUES (?1, ?2, ?3)";
            connection.prepare_cached(sql)?.execute(params![tenant, owner, entry])?;
        }
        Ok(())
    }
}

impl StateRow {
    fn of(save: &Save) -> Result<Self, StoreError> {
        let kind = match &save.snapshot {
            Snapshot::Call(_) => "call",
            Snapshot::Case(_) => "case",
        };
        Ok(Self {
            snapshot: to_json("state", &save.snapshot)?,
            owner: save.snapshot.owner().to_string(),
            kind,
            expected_version: i64::try_from(save.expected_version).map_err(|_| StoreError::Conflict)?,
            deadline_ms: save.deadline.map(column),
            opened_at_ms: column(save.snapshot.opened_at()),
        })
    }

    fn write(&self, connection: &Connection, tenant: &str) -> Result<(), Fault> {
        let changed = if self.expected_version == 0 {
            let sql = "INSERT INTO states (tenant, owner, kind, version, format, deadline_ms, opened_at_ms, snapshot) \
                       VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
            connection.prepare_cached(sql)?.execute(params![
                tenant,
                self.owner,
                self.kind,
                SNAPSHOT_FORMAT,
                self.deadline_ms,
                self.opened_at_ms,
                self.snapshot
            ])?
        } else {
            let sql = "UPDATE states SET version = version + 1, format = ?4, deadline_ms = ?5, snapshot = ?6 \
                       WHERE tenant = ?1 AND owner = ?2 AND version = ?3";
            connection.prepare_cached(sql)?.execute(params![
                tenant,
                self.owner,
                self.expected_version,
                SNAPSHOT_FORMAT,
                self.deadline_ms,
                self.snapshot
            ])?
        };
        one(changed)
    }
}

/// A unique name belongs to one owner for good; of a name that is not unique, the newest bearer counts.
fn write_alias(connection: &Connection, tenant: &str, alias: &Alias) -> Result<(), Fault> {
    let sql = "INSERT INTO aliases (tenant, kind, value, owner, is_unique) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (tenant, kind, value) DO UPDATE \
               SET owner = excluded.owner, is_unique = max(is_unique, excluded.is_unique) \
               WHERE owner = excluded.owner OR (is_unique = 0 AND excluded.is_unique = 0)";
    let owner = alias.owner.to_string();
    one(connection.prepare_cached(sql)?.execute(params![tenant, alias.kind, alias.value, owner, alias.unique])?)
}

/// A conditional write that met no row has lost a race.
pub(super) fn one(changed: usize) -> Result<(), Fault> {
    if changed == 1 { Ok(()) } else { Err(StoreError::Conflict.into()) }
}

fn snapshot(owner: &str, format: u32, json: &str) -> Result<Snapshot, StoreError> {
    if !(1..=SNAPSHOT_FORMAT).contains(&format) {
        let text =
            format!("state of {owner} has format {format}, and this build reads formats up to {SNAPSHOT_FORMAT}");
        return Err(StoreError::Corrupt(text));
    }
    from_json(&format!("state of {owner}"), json)
}
