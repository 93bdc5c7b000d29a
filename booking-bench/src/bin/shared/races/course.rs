//! A race that is run: many clients, each asking for one thing after the other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use booking_core::{Action, BookingStore as _, Command, CommitError, Reason, TenantId};
use booking_store_postgres::PostgresStore;
use tokio::task::JoinSet;

use super::CLIENTS;
use super::contest::Contest;
use super::ledger::{Answer, Decision};
use crate::Outcome;
use crate::book::command;

/// A contest in a tenant of its own, over the stores of as many processes.
pub(super) struct Course<'a> {
    pub(super) contest: Contest,
    pub(super) tenant: TenantId,
    pub(super) stores: &'a [PostgresStore],
    pub(super) holds: u64,
}

impl Course<'_> {
    /// Does these things, none of which may be refused, a client's share one after the other.
    pub(super) async fn prepare(&self, actions: Vec<Action>) -> Outcome<Vec<Decision>> {
        let shared = Arc::new(actions);
        let next = Arc::new(AtomicU64::new(0));
        let all = self.clients(|store, _| {
            let (shared, next, tenant) = (shared.clone(), next.clone(), self.tenant);
            async move {
                let mut done = Vec::new();
                while let Some(action) = shared.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                    let answer = decide(&store, tenant, action).await;
                    done.push(Decision {
                        action: action.clone(),
                        begun: Duration::ZERO,
                        ended: Duration::ZERO,
                        answer,
                    });
                }
                done
            }
        });
        let all = all.await?;
        match all.iter().find(|decision| decision.answer != Answer::Granted) {
            Some(decision) => {
                Err(format!("{}: preparing: {:?}", self.contest.name(), decision.answer).into())
            }
            None => Ok(all),
        }
    }

    /// Lets the clients race for this long after the first so many decisions; when those were over is the second answer.
    pub(super) async fn run(&self, first: u64, turn: Duration) -> Outcome<(Vec<Decision>, Duration)> {
        let start = Instant::now();
        let numbers = Arc::new(AtomicU64::new(0));
        let warm = Arc::new(OnceLock::new());
        let all = self.clients(|store, client| {
            let (numbers, contest, tenant, holds) = (numbers.clone(), self.contest, self.tenant, self.holds);
            let warm = warm.clone();
            async move {
                let mut decisions = Vec::new();
                while warm.get().is_none_or(|&warm| start.elapsed() < warm + turn) {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    if number >= first {
                        warm.get_or_init(|| start.elapsed());
                    }
                    let Some(action) = contest.ask(client, number, holds) else { break };
                    let begun = start.elapsed();
                    let answer = decide(&store, tenant, &action).await;
                    decisions.push(Decision { action, begun, ended: start.elapsed(), answer });
                }
                decisions
            }
        });
        let all = all.await?;
        Ok((all, warm.get().copied().unwrap_or_default()))
    }

    async fn clients<F>(&self, client: impl Fn(PostgresStore, u64) -> F) -> Outcome<Vec<Decision>>
    where
        F: Future<Output = Vec<Decision>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for (number, store) in (0..CLIENTS).zip(self.stores.iter().cycle()) {
            tasks.spawn(client(store.clone(), number));
        }
        let mut all = Vec::new();
        while let Some(decisions) = tasks.join_next().await {
            all.extend(decisions?);
        }
        Ok(all)
    }
}

async fn decide(store: &PostgresStore, tenant: TenantId, action: &Action) -> Answer {
    let command = Command { tenant, ..command(action.clone()) };
    match store.commit(&command).await {
        Ok(_) => Answer::Granted,
        Err(CommitError::NoFit { .. }) => Answer::Full,
        Err(CommitError::Limit { reason: Reason::LimitReached { rule, .. }, .. }) => Answer::Limit(rule),
        Err(CommitError::Expired { .. }) => Answer::Lapsed,
        Err(error) => Answer::Failed(format!("{error:?}")),
    }
}
