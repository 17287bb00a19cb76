//! Planned effects, and who works on them.

use super::SqliteStore;
use super::cases::one;
use super::codec::{Fault, column, from_json, instant, limit, parse, present, to_json};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::{EffectId, OwnerId, TenantId};
use nightdesk_ports::{Claim, Lease, NewEffect, Outbox, StoreError, Tries};
use rusqlite::{Connection, Row, params};

#[async_trait]
impl Outbox for SqliteStore {
    async fn claim(&self, now: DateTime<Utc>, lease: &Lease, limit_rows: usize) -> Result<Vec<Claim>, StoreError> {
        // Most looks find nothing: they need no write. What a look finds is claimed under the write lock.
        if !self.read(move |connection| any_free(connection, now)).await? {
            return Ok(Vec::new());
        }
        let lease = lease.clone();
        self.write(move |connection| claim(connection, now, &lease, limit_rows)).await
    }

    async fn postpone(&self, claim: &Claim, due: DateTime<Utc>, tries: Tries) -> Result<(), StoreError> {
        let claim = claim.clone();
        self.write(move |connection| {
            let sql = "UPDATE effects SET due_ms = ?6, attempts = ?7, unknown = ?8, looked_up = ?9, \
                       claimant = NULL, lease_until_ms = NULL \
                       WHERE tenant = ?1 AND owner = ?2 AND number = ?3 AND claimant = ?4 AND lease_until_ms = ?5";
            one(connection.prepare_cached(sql)?.execute(params![
                claim.tenant.as_str(),
                claim.effect.id.owner.to_string(),
                claim.effect.id.number,
                claim.lease.claimant,
                column(claim.lease.until),
                column(due),
                tries.attempts,
                tries.unknown,
                tries.looked_up
            ])?)
        })
        .await
    }

    async fn settle(&self, claim: &Claim) -> Result<(), StoreError> {
        let claim = claim.clone();
        self.write(move |connection| remove(connection, &claim)).await
    }

    async fn pending(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<(EffectId, Tries)>, StoreError> {
        let (tenant, owner) = (tenant.clone(), owner.clone());
        self.read(move |connection| {
            let sql = "SELECT attempts, unknown, looked_up, number FROM effects \
                       WHERE tenant = ?1 AND owner = ?2 ORDER BY number";
            let mut select = connection.prepare_cached(sql)?;
            let rows = select.query_map(params![tenant.as_str(), owner.to_string()], |row| {
                Ok((EffectId { owner: owner.clone(), number: row.get(3)? }, tries(row)?))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn oldest_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT min(due_ms) FROM effects WHERE due_ms <= ?1";
            let oldest: Option<i64> =
                connection.prepare_cached(sql)?.query_row(params![present(now)], |row| row.get(0))?;
            Ok(oldest.map(instant).transpose()?)
        })
        .await
    }
}

/// A planned effect in columns.
pub(super) struct EffectRow {
    owner: String,
    number: u32,
    due_ms: i64,
    claimant: Option<String>,
    lease_until_ms: Option<i64>,
    effect: String,
}

impl EffectRow {
    pub(super) fn of(new: &NewEffect) -> Result<Self, StoreError> {
        let NewEffect { planned: effect, lease } = new;
        Ok(Self {
            owner: effect.id.owner.to_string(),
            number: effect.id.number,
            due_ms: column(effect.due),
            claimant: lease.as_ref().map(|lease| lease.claimant.clone()),
            lease_until_ms: lease.as_ref().map(|lease| column(lease.until)),
            effect: to_json("effect", effect)?,
        })
    }

    /// An effect of the same name is a conflict.
    pub(super) fn insert(&self, connection: &Connection, tenant: &str) -> Result<(), Fault> {
        let sql = "INSERT INTO effects (tenant, owner, number, due_ms, claimant, lease_until_ms, effect) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
        one(connection.prepare_cached(sql)?.execute(params![
            tenant,
            self.owner,
            self.number,
            self.due_ms,
            self.claimant,
            self.lease_until_ms,
            self.effect
        ])?)
    }
}

/// Removes the effect of a claim that is still held.
///
/// A claim is its claimant and its end together: where the same process lost an effect and took it again,
/// the older claim is void. An expired lease that nobody has taken over is still held.
pub(super) fn remove(connection: &Connection, claim: &Claim) -> Result<(), Fault> {
    let sql = "DELETE FROM effects \
               WHERE tenant = ?1 AND owner = ?2 AND number = ?3 AND claimant = ?4 AND lease_until_ms = ?5";
    one(connection.prepare_cached(sql)?.execute(params![
        claim.tenant.as_str(),
        claim.effect.id.owner.to_string(),
        claim.effect.id.number,
        claim.lease.claimant,
        column(claim.lease.until)
    ])?)
}

const FREE: &str = "due_ms <= ?1 AND (lease_until_ms IS NULL OR lease_until_ms <= ?1)";

fn any_free(connection: &Connection, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM effects WHERE {FREE})");
    Ok(connection.prepare_cached(&sql)?.query_row(params![present(now)], |row| row.get(0))?)
}

fn claim(connection: &Connection, now: DateTime<Utc>, lease: &Lease, rows: usize) -> Result<Vec<Claim>, Fault> {
    let sql = format!(
        "SELECT attempts, unknown, looked_up, rowid, tenant, effect, claimant IS NOT NULL FROM effects WHERE {FREE} \
         ORDER BY due_ms, tenant, owner, number LIMIT ?2"
    );
    let mut select = connection.prepare_cached(&sql)?;
    let free = select.query_map(params![present(now), limit(rows)], |row| {
        // A holder whose lease ran out may have acted before it died.
        let tries = if row.get(6)? { tries(row)?.interrupted() } else { tries(row)? };
        Ok((tries, row.get::<_, i64>(3)?, row.get::<_, String>(4)?, row.get::<_, String>(5)?))
    })?;
    let free = free.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut take =
        connection.prepare_cached("UPDATE effects SET claimant = ?2, lease_until_ms = ?3, attempts = ?4, unknown = ?5, looked_up = ?6 WHERE rowid = ?1")?;
    let mut claims = Vec::with_capacity(free.len());
    for (tries, rowid, tenant, json) in free {
        take.execute(params![
            rowid,
            lease.claimant,
            column(lease.until),
            tries.attempts,
            tries.unknown,
            tries.looked_up
        ])?;
        match (parse("tenant", &tenant), from_json("effect", &json)) {
            (Ok(tenant), Ok(effect)) => claims.push(Claim { tenant, effect, tries, lease: lease.clone() }),
            // It stays leased, so that it does not stand in the way of all others; `oldest_due` keeps showing it.
            (Err(error), _) | (_, Err(error)) => tracing::error!(rowid, %error, "an effect cannot be read"),
        }
    }
    Ok(claims)
}

/// The first three columns of a row.
fn tries(row: &Row<'_>) -> rusqlite::Result<Tries> {
    Ok(Tries { attempts: row.get(0)?, unknown: row.get(1)?, looked_up: row.get(2)? })
}
