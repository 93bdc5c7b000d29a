//! What staff do, and what the waitlist and series do beside them.

use booking_core::{
    Actor, BookingId, BookingStore, CancelScope, CancelSeriesRequest, Catalog, ChangeRequest, Interval,
    JoinRequest, OnConflict, Recurrence, Refusal, SeriesRequest, State, TenantId, Wish,
};
use chrono::Timelike;

use super::driver::{Run, Step, finished};
use super::town::{self, RESOURCES, Stock, TENANTS};

/// One thing that is done at the desk.
pub(crate) async fn act<S: Catalog + BookingStore + Stock>(run: &mut Run<S>) -> Step {
    let tenant = run.tenant();
    match run.dice.below(13) {
        0 => block(run, tenant).await,
        1 => unblock(run).await,
        2 => set_capacity(run, tenant).await,
        3 => Ok((None, edit_schedule(run, tenant))),
        4 => run.book_waiving(tenant).await,
        5 => run.reschedule(tenant).await,
        6..9 => change(run, tenant).await,
        9 => series(run, tenant).await,
        10 => waitlist(run, tenant).await,
        11 => session(run, tenant).await,
        _ => foreign(run, tenant).await,
    }
}

fn desk() -> Actor {
    Actor::new("staff", "desk")
}

async fn block<S: Catalog + BookingStore + Stock>(run: &mut Run<S>, tenant: TenantId) -> Step {
    let from = run.any_start().timestamp();
    let interval = Interval::from_seconds(from, from + 3_600).unwrap();
    let resource = RESOURCES[run.dice.below(RESOURCES.len())];
    let outcome = run.scheduler.block(tenant, resource, interval, "away", &desk()).await;
    if let Ok((block, _)) = &outcome {
        run.blocks.push((tenant, block.id));
    }
    finished(tenant, "block", outcome)
}

async fn unblock<S: Catalog + BookingStore + Stock>(run: &mut Run<S>) -> Step {
    let Some((tenant, block)) = run.blocks.pop() else { return Ok((None, "no block".to_owned())) };
    finished(tenant, "unblock", run.scheduler.unblock(tenant, block, &desk()).await)
}

async fn set_capacity<S: Catalog + BookingStore + Stock>(run: &mut Run<S>, tenant: TenantId) -> Step {
    let resource = RESOURCES[run.dice.below(RESOURCES.len())];
    let units = 1 + run.dice.below(5) as u32;
    let outcome = run.scheduler.set_capacity(tenant, resource, units, &desk()).await;
    if outcome.is_ok() {
        run.auditor.books.get_mut(&tenant).unwrap().capacities.insert(resource, units);
    }
    finished(tenant, "capacity", outcome)
}

fn edit_schedule<S: Catalog + BookingStore + Stock>(run: &mut Run<S>, tenant: TenantId) -> String {
    let resource = RESOURCES[run.dice.below(RESOURCES.len())];
    let from = ["07:30", "08:00", "09:10", "22:00"][run.dice.below(4)];
    run.scheduler.store().stock_resource(tenant, town::resource(resource, from));
    format!("{resource} opens at {from}")
}

async fn change<S: Catalog + BookingStore + Stock>(run: &mut Run<S>, tenant: TenantId) -> Step {
    let Some(booking) = run.some_booking(tenant) else { return Ok((None, "nothing to change".to_owned())) };
    let mut request = ChangeRequest::new(tenant, booking.id);
    request.actor = desk();
    request.if_version = run.dice.percent(30).then_some(booking.version + run.dice.below(2) as u64);
    // Mostly what the booking's state calls for, now and then anything.
    let likely = match booking.state {
        State::Held => 0,
        State::Pending => [1, 2][run.dice.below(2)],
        _ => 3 + run.dice.below(4),
    };
    let which = if run.dice.percent(70) { likely } else { run.dice.below(7) };
    let scheduler = &run.scheduler;
    let (name, outcome) = match which {
        0 => ("confirm", scheduler.confirm(&request).await),
        1 => ("approve", scheduler.approve(&request).await),
        2 => ("decline", scheduler.decline(&request).await),
        3 => ("check in", scheduler.check_in(&request).await),
        4 => ("complete", scheduler.complete(&request).await),
        5 => ("no-show", scheduler.no_show(&request).await),
        _ => ("cancel", scheduler.cancel(&request).await),
    };
    finished(tenant, name, outcome)
}

async fn series<S: Catalog + BookingStore + Stock>(run: &mut Run<S>, tenant: TenantId) -> Step {
    if run.dice.percent(30)
        && let Some((tenant, series)) = run.series.pop()
    {
        let scope = CancelScope::All;
        let request =
            CancelSeriesRequest { scope, actor: desk(), ..CancelSeriesRequest::all(tenant, series) };
        return finished(tenant, "cancel series", run.scheduler.cancel_series(&request).await);
    }
    let start = run.any_start().naive_utc().with_second(0).unwrap();
    let on_conflict = [OnConflict::Fail, OnConflict::Skip, OnConflict::Propose][run.dice.below(3)];
    let request = SeriesRequest {
        wish: run.wish(tenant),
        recurrence: Recurrence::new(start, "FREQ=DAILY;COUNT=3").unwrap(),
        zone: None,
        on_conflict,
        key: None,
        actor: desk(),
    };
    let outcome = run.scheduler.book_series(&request).await;
    if let Ok(done) = &outcome {
        let bookable = done.verdicts.iter().filter(|verdict| verdict.is_bookable()).count();
        if bookable != done.bookings.len() || (on_conflict != OnConflict::Skip && bookable != 3) {
            return Err(format!(
                "{on_conflict:?} made {} bookings of {:?}",
                done.bookings.len(),
                done.verdicts
            ));
        }
        run.series.push((tenant, done.series));
    }
    finished(tenant, "series", outcome)
}

async fn waitlist<S: Catalog + BookingStore + Stock>(run: &mut Run<S>, tenant: TenantId) -> Step {
    match run.dice.below(4) {
        0 => finished(tenant, "offers", run.scheduler.waitlist_offers(tenant).await),
        1 => {
            let Some((tenant, entry)) = run.entries.pop() else {
                return Ok((None, "nobody waits".to_owned()));
            };
            finished(tenant, "leave", run.scheduler.leave_waitlist(tenant, entry, &desk()).await)
        }
        _ => {
            let (wish, window) = (run.wish(tenant), run.day());
            let outcome = run
                .scheduler
                .join_waitlist(&JoinRequest { actor: desk(), ..JoinRequest::new(wish, window) })
                .await;
            if let Ok(joined) = &outcome {
                run.entries.push((tenant, joined.entry.id));
            }
            finished(tenant, "join", outcome)
        }
    }
}

async fn session<S: Catalog + BookingStore + Stock>(run: &mut Run<S>, tenant: TenantId) -> Step {
    let scheduled: Vec<_> = run.auditor.books[&tenant].scheduled.keys().copied().collect();
    if run.dice.percent(40)
        && let Some(id) = run.dice.one_of(&scheduled).copied()
    {
        let outcome = run.scheduler.close_session(tenant, id, &desk()).await;
        if outcome.is_ok() {
            run.auditor.books.get_mut(&tenant).unwrap().scheduled.remove(&id);
        }
        return finished(tenant, "close", outcome);
    }
    let start = run.any_start();
    let outcome = run.scheduler.open_session(&Wish::new(tenant, town::CLASS), start, &desk()).await;
    if let Ok(session) = &outcome {
        run.auditor.books.get_mut(&tenant).unwrap().scheduled.insert(session.id, session.clone());
    }
    finished(tenant, "open", outcome)
}

/// Someone asks for a booking of another tenant, and must not find it.
async fn foreign<S: Catalog + BookingStore + Stock>(run: &mut Run<S>, tenant: TenantId) -> Step {
    let other = if tenant == TENANTS[0] { TENANTS[1] } else { TENANTS[0] };
    let own = |id: BookingId, run: &Run<S>| run.auditor.books[&tenant].rows.contains_key(&id);
    let Some(booking) = run.some_booking(other).filter(|booking| !own(booking.id, run)) else {
        return Ok((None, "nothing to steal".to_owned()));
    };
    match run.scheduler.cancel(&ChangeRequest::new(tenant, booking.id)).await {
        Err(Refusal::NotFound { .. }) => Ok((None, "another tenant's booking was not found".to_owned())),
        outcome => Err(format!("{tenant:?} reached {} of another tenant: {outcome:?}", booking.id)),
    }
}
