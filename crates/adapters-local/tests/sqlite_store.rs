//! What only a database file can show: reopening, several processes, damage, kill -9, groups of commits.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use nightdesk_adapters_local::sqlite::{OpenError, SqliteStore};
use nightdesk_domain::ids::OwnerId;
use nightdesk_ports::{
    Cases, Commit, ListKind, Outbox, SNAPSHOT_FORMAT, Save, Snapshot, StoreError, TenantRepository, Tries,
};
use nightdesk_testkit::contract::run;
use nightdesk_testkit::sample::{
    self, alias, at, call_owner, call_snapshot, case_owner, case_snapshot, commit, contact, effect, journal_entry,
    lease, number, policy, save, tenant, unleased,
};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Barrier};
use std::task::Poll;

fn database() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nightdesk.db");
    (folder, path)
}

fn new_call(id: &str) -> Commit {
    Commit { saves: vec![save(call_snapshot(id), 0)], ..commit(&tenant()) }
}

/// Does something to the file behind the store's back.
fn meddle(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn everything_is_there_after_reopening() {
    run(async {
        let (_folder, path) = database();
        let owner = case_owner("CA1");
        let dana = contact("Dana", "acme-dental", &["+13125550142"]);
        let store = SqliteStore::open(&path).unwrap();
        store.import(&policy(), std::slice::from_ref(&dana), sample::FILE).await.unwrap();
        let everything = Commit {
            saves: vec![Save { deadline: Some(at(10)), ..save(case_snapshot("CA1"), 0) }],
            effects: unleased(vec![effect(&owner, 1, at(0)), effect(&owner, 2, at(0))]),
            aliases: vec![alias("ticket", "12345678", &owner, true)],
            journal: vec![journal_entry(&owner, 1, at(0))],
            ..commit(&tenant())
        };
        store.commit(everything).await.unwrap();
        let tries = Tries { attempts: 1, unknown: 1, looked_up: 0 };
        let claims = store.claim(at(0), &lease("a", at(30)), 1).await.unwrap();
        store.postpone(&claims[0], at(60), tries).await.unwrap();
        let held = store.claim(at(0), &lease("a", at(30)), 1).await.unwrap();
        drop(store);

        let store = SqliteStore::open(&path).unwrap();
        let stored = store.load(&tenant(), &owner).await.unwrap().unwrap();
        assert_eq!((stored.snapshot, stored.version), (case_snapshot("CA1"), 1));
        assert_eq!(store.find(&tenant(), "ticket", "12345678").await.unwrap(), Some(owner.clone()));
        assert_eq!(store.due(at(10), 10).await.unwrap(), [(tenant(), owner.clone())]);
        assert_eq!(store.journal(&tenant(), &owner).await.unwrap(), [journal_entry(&owner, 1, at(0))]);
        assert_eq!(store.pending(&tenant(), &owner).await.unwrap()[0].1, tries);
        assert!(store.claim(at(29), &lease("b", at(59)), 10).await.unwrap().is_empty(), "the lease still stands");
        store.settle(&held[0]).await.unwrap();
        assert_eq!(store.newest(&tenant()).await.unwrap().unwrap().version, 1);
        assert_eq!(store.contacts_of(&tenant(), &number("+13125550142")).await.unwrap(), [dana]);
    });
}

#[test]
fn two_handles_on_one_file_share_what_they_store() {
    run(async {
        let (_folder, path) = database();
        let (first, second) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
        first.commit(new_call("CA1")).await.unwrap();
        assert_eq!(second.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap().version, 1);
        assert!(matches!(second.commit(new_call("CA1")).await, Err(StoreError::Conflict)));
        second.import(&policy(), &[], sample::FILE).await.unwrap();
        assert_eq!(first.newest(&tenant()).await.unwrap().unwrap().version, 1);
        first.import(&policy(), &[], sample::FILE).await.unwrap();
        assert_eq!(second.newest(&tenant()).await.unwrap().unwrap().version, 2);
    });
}

#[test]
fn two_handles_never_hold_one_effect() {
    run(async {
        let (_folder, path) = database();
        let first = SqliteStore::open(&path).unwrap();
        let effects = (1..=100).map(|n| effect(&case_owner("CA1"), n, at(0))).collect();
        first.commit(Commit { effects: unleased(effects), ..commit(&tenant()) }).await.unwrap();
        let second = SqliteStore::open(&path).unwrap();
        let claimants = [("a", first.clone()), ("b", second), ("c", first)].map(|(name, store)| {
            tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let claims = store.claim(at(0), &lease(name, at(30)), 3).await.unwrap();
                    if claims.is_empty() {
                        return taken;
                    }
                    taken.extend(claims.iter().map(|claim| claim.effect.id.number));
                }
            })
        });
        let mut taken = Vec::new();
        for claimant in claimants {
            taken.extend(claimant.await.unwrap());
        }
        taken.sort_unstable();
        assert_eq!(taken, (1..=100).collect::<Vec<_>>());
    });
}

#[test]
fn many_may_open_a_new_file_at_once() {
    for _ in 0..5 {
        let (_folder, path) = database();
        let together = Arc::new(Barrier::new(8));
        let openers = (0..8).map(|_| {
            let (path, together) = (path.clone(), Arc::clone(&together));
            std::thread::spawn(move || {
                together.wait();
                SqliteStore::open(path).map(drop)
            })
        });
        for opener in openers.collect::<Vec<_>>() {
            opener.join().unwrap().unwrap();
        }
    }
}

#[test]
fn a_damaged_state_is_corrupt_and_not_repeated_in_the_error() {
    run(async {
        let (_folder, path) = database();
        let store = SqliteStore::open(&path).unwrap();
        store.commit(new_call("CA1")).await.unwrap();
        store.commit(new_call("CA2")).await.unwrap();
        meddle(&path, "UPDATE states SET snapshot = '{\"call\": \"Dana\"}' WHERE owner = 'call/CA1'");
        let Err(StoreError::Corrupt(text)) = store.load(&tenant(), &call_owner("CA1")).await else {
            unreachable!("the state is damaged")
        };
        assert!(text.contains("call/CA1") && !text.contains("Dana"), "{text}");
        assert!(matches!(store.list(&tenant(), ListKind::Calls, 10).await, Err(StoreError::Corrupt(_))));
        assert!(store.load(&tenant(), &call_owner("CA2")).await.unwrap().is_some(), "others are not touched");
    });
}

#[test]
fn a_state_of_another_format_is_corrupt_and_names_it() {
    run(async {
        let (_folder, path) = database();
        let store = SqliteStore::open(&path).unwrap();
        store.commit(new_call("CA1")).await.unwrap();
        let other = SNAPSHOT_FORMAT + 41;
        meddle(&path, &format!("UPDATE states SET format = {other}"));
        let Err(StoreError::Corrupt(text)) = store.load(&tenant(), &call_owner("CA1")).await else {
            unreachable!("the format is another")
        };
        assert!(text.contains(&format!("format {other}")), "{text}");
    });
}

#[test]
fn a_damaged_effect_does_not_stand_in_the_way_of_others() {
    run(async {
        let (_folder, path) = database();
        let store = SqliteStore::open(&path).unwrap();
        let effects = vec![effect(&case_owner("CA1"), 1, at(0)), effect(&case_owner("CA1"), 2, at(1))];
        store.commit(Commit { effects: unleased(effects), ..commit(&tenant()) }).await.unwrap();
        meddle(&path, "UPDATE effects SET effect = '{' WHERE number = 1");
        assert!(store.claim(at(1), &lease("a", at(30)), 1).await.unwrap().is_empty());
        assert_eq!(store.claim(at(1), &lease("a", at(30)), 1).await.unwrap()[0].effect.id.number, 2);
        assert_eq!(store.oldest_due(at(1)).await.unwrap(), Some(at(0)), "it stays in sight");
    });
}

#[test]
fn a_file_of_a_newer_build_is_refused_with_both_numbers() {
    let (_folder, path) = database();
    drop(SqliteStore::open(&path).unwrap());
    meddle(&path, "PRAGMA user_version = 9");
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 9, known: 3 }), "{error:?}");
    assert!(error.to_string().contains("schema 9"), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let (_folder, path) = database();
    std::fs::write(&path, "this is a letter, and long enough to have been the header of a database").unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(OpenError::Database(_))));
    assert!(matches!(SqliteStore::open("/nonexistent/nightdesk.db"), Err(OpenError::Database(_))));
}

#[test]
fn a_store_that_cannot_write_is_not_ready() {
    run(async {
        let (_folder, path) = database();
        let store = SqliteStore::open(&path).unwrap();
        store.ready().await.unwrap();
        meddle(&path, "DROP TABLE heartbeat");
        assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    });
}

#[test]
fn commits_that_queue_up_share_a_transaction() {
    run(async {
        let (_folder, path) = database();
        let store = SqliteStore::open(&path).unwrap();
        let before = store.write_counts();
        // Another process writes, so that the first commit waits and the others queue up behind it.
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut commits: Vec<_> = (0..64).map(|n| store.commit(new_call(&format!("CA{n}")))).collect();
        std::future::poll_fn(|context| {
            let waiting = commits.iter_mut().all(|commit| commit.as_mut().poll(context).is_pending());
            assert!(waiting, "none is acknowledged while it cannot be stored");
            Poll::Ready(())
        })
        .await;
        other.execute_batch("COMMIT").unwrap();
        for commit in commits {
            commit.await.unwrap();
        }
        let after = store.write_counts();
        assert_eq!(after.writes - before.writes, 64);
        assert!(after.transactions - before.transactions <= 2, "{before:?} {after:?}");
        assert_eq!(store.list(&tenant(), ListKind::Calls, 100).await.unwrap().len(), 64);
    });
}

#[test]
fn a_commit_whose_caller_went_away_is_whole_or_absent() {
    run(async {
        let (_folder, path) = database();
        let store = SqliteStore::open(&path).unwrap();
        let mut callers = Vec::new();
        for n in 0..50 {
            let id = format!("CA{n}");
            let both =
                Commit { saves: vec![save(call_snapshot(&id), 0), save(case_snapshot(&id), 0)], ..new_call(&id) };
            let committing = store.clone();
            let caller = tokio::spawn(async move { committing.commit(both).await });
            tokio::task::yield_now().await;
            caller.abort();
            callers.push(caller);
        }
        // A task that was aborted in the middle of a step still ends that step: only then has the last commit queued up.
        for caller in callers {
            caller.await.ok();
        }
        store.ready().await.unwrap();
        let calls = store.list(&tenant(), ListKind::Calls, 100).await.unwrap().len();
        assert_eq!(store.list(&tenant(), ListKind::Cases, 100).await.unwrap().len(), calls);
    });
}

const CHILD_DATABASE: &str = "NIGHTDESK_TEST_CHILD_DATABASE";
const CHILD_NAME: &str = "NIGHTDESK_TEST_CHILD_NAME";

/// Started by the test below, in a process of its own: commits as fast as it can, tells each commit that was
/// acknowledged, and never ends.
#[test]
#[ignore = "the child process of the next test, which runs it by name"]
#[allow(clippy::print_stdout, reason = "this is how it tells its parent")]
fn child_that_commits_until_it_is_killed() {
    run(async {
        let store = SqliteStore::open(std::env::var(CHILD_DATABASE).unwrap()).unwrap();
        let name = std::env::var(CHILD_NAME).unwrap();
        let callers = (0..8).map(|caller| {
            let (store, name) = (store.clone(), name.clone());
            tokio::spawn(async move {
                for n in 0.. {
                    let id = format!("{name}-{caller}-{n}");
                    let owner = OwnerId::Call(nightdesk_domain::ids::CallId::parse(&id).unwrap());
                    let whole = Commit {
                        saves: vec![save(call_snapshot(&id), 0), save(case_snapshot(&id), 0)],
                        effects: unleased(vec![effect(&owner, 1, at(0))]),
                        journal: vec![journal_entry(&owner, 1, at(0))],
                        ..commit(&tenant())
                    };
                    store.commit(whole).await.unwrap();
                    println!("\nstored {id}");
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
    });
}

fn spawn_child(path: &Path, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_commits_until_it_is_killed", "--ignored", "--nocapture"])
        .env(CHILD_DATABASE, path)
        .env(CHILD_NAME, name)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Reads what a child tells until it has stored so many, kills it, and gives everything that it told.
fn kill_after(mut child: Child, stored_min: usize) -> Vec<String> {
    let mut stored = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Ok(line) = line else { break };
        stored.extend(line.strip_prefix("stored ").map(str::to_owned));
        if stored.len() == stored_min {
            // SIGKILL on Unix: no destructor runs. What is still in the pipe is read on.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    stored
}

#[test]
fn nothing_acknowledged_is_lost_when_two_processes_are_killed() {
    run(async {
        let (_folder, path) = database();
        let mut acknowledged = Vec::new();
        for round in 0..3 {
            let children = [format!("A{round}"), format!("B{round}")].map(|name| {
                let child = spawn_child(&path, &name);
                std::thread::spawn(move || kill_after(child, 60 + 37 * round))
            });
            for child in children {
                let stored = child.join().unwrap();
                assert!(stored.len() >= 60, "the child was killed while it was storing");
                acknowledged.extend(stored);
            }
        }

        let store = SqliteStore::open(&path).unwrap();
        for id in &acknowledged {
            let owner = call_owner(id);
            assert!(store.load(&tenant(), &owner).await.unwrap().is_some(), "{id} was acknowledged");
            assert!(store.load(&tenant(), &case_owner(id)).await.unwrap().is_some());
            assert_eq!(store.pending(&tenant(), &owner).await.unwrap().len(), 1);
            assert_eq!(store.journal(&tenant(), &owner).await.unwrap().len(), 1);
        }
        // What was stored and not acknowledged any more is whole, too.
        let calls = store.list(&tenant(), ListKind::Calls, usize::MAX).await.unwrap();
        assert_eq!(store.list(&tenant(), ListKind::Cases, usize::MAX).await.unwrap().len(), calls.len());
        assert!(calls.len() >= acknowledged.len());
        for call in &calls {
            let Snapshot::Call(call) = call else { unreachable!("a list of calls") };
            let owner = OwnerId::Call(call.id.clone());
            assert_eq!(store.pending(&tenant(), &owner).await.unwrap().len(), 1);
        }
    });
}
