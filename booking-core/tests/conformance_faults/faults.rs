//! How each fault applies a command.

use booking_core::memory::{Changes, Rows, State};
use booking_core::{
    Action, BookingId, Change, Claim, Command, CommitError, Committed, Conflict, IllegalMove, Initial,
    Interval, Move, OccupancyQuery, Operation, Placement, Plan, PlanClaims, Relocation, TenantId,
};

use crate::store::{Fault, FaultyStore};

/// Ids that no rule uses.
const HIDDEN: u64 = 1 << 40;

impl FaultyStore {
    pub(crate) fn apply(&self, mut command: Command) -> Result<Committed, CommitError> {
        match self.fault {
            Fault::None => self.noted(&command),
            Fault::NoLock => self.unlocked(&command),
            Fault::ReplayInsertsTwice => self.apply_twice(command),
            Fault::LimitsOutsideLock => self.limits_first(command),
            Fault::ClaimsKeptAfterCancel => self.keeping_claims(&command),
            Fault::HalfAppliedBatch => self.one_by_one(&command),
            Fault::RefusalsRecorded => self.recording_refusals(&command),
            Fault::SweepChangesAnswers => self.judged_by_the_row(&command),
            Fault::FailedMoveGivesUp => self.giving_up(&command),
            Fault::MoveCountsItself => self.counting_itself(&command),
            Fault::CapacityUnchecked => self.forcing_capacity(&command),
            Fault::BlockTreatedAsClaim | Fault::OverlapsCounted => {
                let query = self.everything(&command);
                each_plans(&mut command, |plans| {
                    plans.retain(|plan| self.is_clear(plan, &query));
                });
                self.locked(&none_left(command)?)
            }
            Fault::ExpiredHoldsCounted => {
                // Judged long before they expire, by whoever wants their time.
                if matches!(command.action, Action::Place(_)) {
                    command.now -= chrono::TimeDelta::days(1_000);
                    return self.earlier(&command);
                }
                self.locked(&command)
            }
            Fault::LiveAtTheDeadline => {
                if matches!(command.action, Action::Change { .. }) {
                    command.now -= chrono::TimeDelta::seconds(1);
                    return self.earlier(&command);
                }
                self.locked(&command)
            }
            Fault::TimeRunsBackwards => self.earlier(&command),
            _ => {
                self.edit(&mut command);
                self.locked(&command)
            }
        }
    }

    /// Faults that are nothing but a careless reading of the command.
    fn edit(&self, command: &mut Command) {
        match self.fault {
            Fault::BuffersIgnored => each_claim(command, |claim| (claim.before, claim.after) = (0, 0)),
            Fault::SeatsOversold => each_plans(command, |plans| {
                for plan in plans {
                    if let PlanClaims::Seats(session) = &mut plan.claims {
                        session.seats += 1;
                    }
                }
            }),
            Fault::FirstPlanOnly => each_plans(command, |plans| plans.truncate(1)),
            Fault::VersionIgnored => match &mut command.action {
                Action::Change { if_version, .. } | Action::Move(Relocation { if_version, .. }) => {
                    *if_version = None;
                }
                _ => {}
            },
            Fault::KeyContentIgnored => command.key.iter_mut().for_each(|key| key.content = [0; 32]),
            Fault::KeysShared => command.key.iter_mut().for_each(|key| key.operation = Operation::Other),
            Fault::OffersForgotten => command.offers.clear(),
            Fault::HoldsLiveForEver => {
                each_placement(command, |asked| asked.booking.max_hold = 1_000_000);
            }
            _ => {}
        }
    }

    /// No fault. Watches the reference state on the way: a refusal must leave every row as it was, and what is noted of a
    /// command must be enough to write it through to rows that are kept elsewhere.
    fn noted(&self, command: &Command) -> Result<Committed, CommitError> {
        let mut state = self.state.lock().unwrap();
        let before = state.rows(command.tenant);
        let answer = state.apply_noting(command, command.now.timestamp());
        let after = state.rows(command.tenant);
        let mut elsewhere = State::new();
        elsewhere.restore(command.tenant, before.clone());
        match answer {
            Ok((answer, changes)) => {
                assert!(!changes.is_empty() || before == after, "changed, and nothing noted: {command:?}");
                merge(&mut elsewhere, changes);
                assert_eq!(elsewhere.rows(command.tenant), after, "what was noted of {command:?}");
                Ok(answer)
            }
            Err(error) => {
                assert_eq!(before, after, "changed by a refused command: {error}");
                Err(error)
            }
        }
    }

    fn locked(&self, command: &Command) -> Result<Committed, CommitError> {
        self.state.lock().unwrap().apply(command, command.now.timestamp())
    }

    /// Forgets at which time the last command was applied.
    fn earlier(&self, command: &Command) -> Result<Committed, CommitError> {
        let mut state = self.state.lock().unwrap();
        let mut copy = copy_of(&state, command.tenant, |rows| {
            // The latest instant is worked out from these when rows are restored.
            for booking in &mut rows.bookings {
                booking.changed = booking.changed.min(command.now);
            }
            rows.recorded.iter_mut().for_each(|row| row.at = row.at.min(command.now.timestamp()));
        });
        let (answer, changes) = copy.apply_noting(command, command.now.timestamp())?;
        merge(&mut state, changes);
        Ok(answer)
    }

    fn unlocked(&self, command: &Command) -> Result<Committed, CommitError> {
        let mut copy = copy_of(&self.state.lock().unwrap(), command.tenant, |_| {});
        std::thread::yield_now();
        let (answer, changes) = copy.apply_noting(command, command.now.timestamp())?;
        std::thread::yield_now();
        merge(&mut self.state.lock().unwrap(), changes);
        Ok(answer)
    }

    fn limits_first(&self, mut command: Command) -> Result<Committed, CommitError> {
        let mut copy = copy_of(&self.state.lock().unwrap(), command.tenant, |_| {});
        std::thread::yield_now();
        if let Err(refused @ CommitError::Limit { .. }) = copy.apply(&command, command.now.timestamp()) {
            return Err(refused);
        }
        std::thread::yield_now();
        each_plans(&mut command, |plans| plans.iter_mut().for_each(|plan| plan.limits.clear()));
        each_placement(&mut command, |asked| asked.limits.clear());
        self.locked(&command)
    }

    fn apply_twice(&self, mut command: Command) -> Result<Committed, CommitError> {
        let key = command.key.clone().map(|key| format!("{:?} {}", key.operation, key.key));
        if let Some(key) = key {
            let seen = self.keys.lock().unwrap().insert(key, None).is_some();
            if seen {
                command.key = None;
                each_placement(&mut command, |asked| asked.booking.id = hidden(asked.booking.id));
            }
        }
        self.locked(&command)
    }

    fn keeping_claims(&self, command: &Command) -> Result<Committed, CommitError> {
        let answer = self.locked(command)?;
        if matches!(command.action, Action::Change { change: Change::Cancel { .. }, .. }) {
            for booking in answer.bookings.iter().filter(|booking| !booking.claims.is_empty()) {
                let plan = Plan {
                    picks: booking.picks.clone(),
                    claims: PlanClaims::Own(booking.claims.clone()),
                    limits: Vec::new(),
                };
                let ghost = booking_core::NewBooking {
                    id: hidden(booking.id),
                    service: booking.service,
                    customer: None,
                    visit: booking.visit,
                    party: booking.party,
                    initial: Initial::Confirmed,
                    local: booking.local.clone(),
                    series: None,
                    offer_to: None,
                    priced: booking.priced.clone(),
                    approval: None,
                    max_hold: 1,
                };
                let placement = Placement { booking: ghost, plans: vec![plan], limits: Vec::new() };
                let action = Action::Place(vec![placement]);
                self.locked(&Command { key: None, action, offers: Vec::new(), ..command.clone() })?;
            }
        }
        Ok(answer)
    }

    fn one_by_one(&self, command: &Command) -> Result<Committed, CommitError> {
        let Action::Place(placements) = &command.action else { return self.locked(command) };
        let mut whole = Committed::default();
        for (index, placement) in placements.iter().enumerate() {
            let single = Command { action: Action::Place(vec![placement.clone()]), ..command.clone() };
            let mut done = self.locked(&single).map_err(|error| match error {
                CommitError::NoFit { conflicts, .. } => CommitError::NoFit { placement: index, conflicts },
                CommitError::Limit { reason, .. } => CommitError::Limit { placement: index, reason },
                other => other,
            })?;
            whole.bookings.append(&mut done.bookings);
        }
        Ok(whole)
    }

    fn recording_refusals(&self, command: &Command) -> Result<Committed, CommitError> {
        let Some(key) = command.key.clone().map(|key| format!("{:?} {}", key.operation, key.key)) else {
            return self.locked(command);
        };
        if let Some(Some(_)) = self.keys.lock().unwrap().get(&key) {
            return Err(CommitError::KeyReused);
        }
        let answer = self.locked(command);
        if let Err(error) = &answer {
            self.keys.lock().unwrap().insert(key, Some(error.to_string()));
        }
        answer
    }

    fn judged_by_the_row(&self, command: &Command) -> Result<Committed, CommitError> {
        let answer = self.locked(command);
        let (Err(CommitError::Expired { .. }), Action::Change { booking, .. }) = (&answer, &command.action)
        else {
            return answer;
        };
        let row = self.state.lock().unwrap().booking(command.tenant, *booking);
        match row.map(|row| row.state) {
            Some(from @ booking_core::State::Expired) => {
                Err(IllegalMove { from, attempted: Move::Confirm }.into())
            }
            _ => answer,
        }
    }

    fn giving_up(&self, command: &Command) -> Result<Committed, CommitError> {
        let answer = self.locked(command);
        if let (Err(CommitError::NoFit { .. }), Action::Move(wanted)) = (&answer, &command.action) {
            let change = Change::Cancel { fee: None };
            let action = Action::Change { booking: wanted.booking, if_version: None, change };
            self.locked(&Command { action, ..command.clone() })?;
        }
        answer
    }

    fn counting_itself(&self, command: &Command) -> Result<Committed, CommitError> {
        let Action::Move(wanted) = &command.action else { return self.locked(command) };
        let mut copy = copy_of(&self.state.lock().unwrap(), command.tenant, |_| {});
        let mut trial = command.clone();
        let row = copy.booking(command.tenant, wanted.booking);
        let Some(row) = row else { return self.locked(command) };
        let booking = booking_core::NewBooking {
            id: hidden(row.id),
            service: row.service,
            customer: None,
            visit: wanted.visit,
            party: wanted.party,
            initial: Initial::Confirmed,
            local: wanted.local.clone(),
            series: None,
            offer_to: None,
            priced: wanted.priced.clone(),
            approval: None,
            max_hold: 1,
        };
        let placement = Placement { booking, plans: wanted.plans.clone(), limits: Vec::new() };
        trial.action = Action::Place(vec![placement]);
        match copy.apply(&trial, command.now.timestamp()) {
            Err(refused @ CommitError::NoFit { .. }) => Err(refused),
            _ => self.locked(command),
        }
    }

    fn forcing_capacity(&self, command: &Command) -> Result<Committed, CommitError> {
        let answer = self.locked(command);
        let (Err(CommitError::CapacityInUse { .. }), Action::SetCapacity { resource, capacity }) =
            (&answer, &command.action)
        else {
            return answer;
        };
        let mut state = self.state.lock().unwrap();
        let mut rows = state.rows(command.tenant);
        rows.capacities.retain(|(id, _)| id != resource);
        rows.capacities.push((*resource, *capacity));
        state.restore(command.tenant, rows);
        Ok(Committed::default())
    }

    /// What occupies anything at all.
    fn everything(&self, command: &Command) -> OccupancyQuery {
        let ids = self.state.lock().unwrap().rows(command.tenant).capacities;
        OccupancyQuery {
            tenant: command.tenant,
            resources: ids.into_iter().map(|(id, _)| id).collect(),
            window: Interval::from_seconds(0, booking_core::END_SECOND).unwrap(),
            now: command.now.timestamp(),
            ignoring: None,
        }
    }

    fn is_clear(&self, plan: &Plan, query: &OccupancyQuery) -> bool {
        let PlanClaims::Own(claims) = &plan.claims else { return true };
        let there = self.state.lock().unwrap().occupancy(query);
        let blocked = |claim: &Claim| {
            there.blocks.iter().any(|b| b.resource == claim.resource && b.interval.overlaps(claim.interval))
        };
        let crowded = |claim: &Claim| {
            let others = there.claims.iter().map(|row| row.claim).filter(|c| c.resource == claim.resource);
            let near = others.filter(|c| c.interval.overlaps(claim.interval));
            let capacity =
                there.capacities.iter().find(|(id, _)| *id == claim.resource).map_or(1, |(_, n)| *n);
            near.map(|c| c.units).sum::<u32>() + claim.units > capacity
        };
        !claims.iter().any(|c| if self.fault == Fault::BlockTreatedAsClaim { blocked(c) } else { crowded(c) })
    }
}

fn hidden(id: BookingId) -> BookingId {
    BookingId::from_u64(HIDDEN + id.to_u64().unwrap_or(0))
}

fn each_placement(command: &mut Command, change: impl FnMut(&mut Placement)) {
    if let Action::Place(placements) = &mut command.action {
        placements.iter_mut().for_each(change);
    }
}

fn each_plans(command: &mut Command, mut change: impl FnMut(&mut Vec<Plan>)) {
    match &mut command.action {
        Action::Place(placements) => placements.iter_mut().for_each(|asked| change(&mut asked.plans)),
        Action::Move(wanted) => change(&mut wanted.plans),
        _ => {}
    }
}

fn each_claim(command: &mut Command, mut change: impl FnMut(&mut Claim)) {
    each_plans(command, |plans| {
        for plan in plans {
            match &mut plan.claims {
                PlanClaims::Own(claims) => claims.iter_mut().for_each(&mut change),
                PlanClaims::Seats(session) => session.claims.iter_mut().for_each(&mut change),
            }
        }
    });
}

/// Refused where no plan is left that seems to fit.
fn none_left(command: Command) -> Result<Command, CommitError> {
    let mut emptied = false;
    let mut seen = command.clone();
    each_plans(&mut seen, |plans| emptied |= plans.is_empty());
    let resource = booking_core::ResourceId::from_u64(1);
    let conflicts = vec![Conflict { resource, by: None, free: 0 }];
    if emptied { Err(CommitError::NoFit { placement: 0, conflicts }) } else { Ok(command) }
}

fn copy_of(state: &State, tenant: TenantId, change: impl FnOnce(&mut Rows)) -> State {
    let mut rows = state.rows(tenant);
    change(&mut rows);
    let mut copy = State::new();
    copy.restore(tenant, rows);
    copy
}

/// Writes what a copy found right, whatever has happened since.
fn merge(state: &mut State, changes: Changes) {
    let mut rows = state.rows(changes.tenant);
    let written = changes.written;
    rows.bookings.retain(|row| written.bookings.iter().all(|new| new.id != row.id));
    rows.bookings.extend(written.bookings);
    rows.sessions.retain(|row| {
        written.sessions.iter().all(|new| new.id != row.id) && !changes.closed.contains(&row.id)
    });
    rows.sessions.extend(written.sessions);
    rows.blocks.retain(|row| {
        written.blocks.iter().all(|new| new.id != row.id) && !changes.unblocked.contains(&row.id)
    });
    rows.blocks.extend(written.blocks);
    rows.capacities.retain(|row| written.capacities.iter().all(|new| new.0 != row.0));
    rows.capacities.extend(written.capacities);
    rows.entries.retain(|row| written.entries.iter().all(|new| new.id != row.id));
    rows.entries.extend(written.entries);
    rows.events.extend(written.events);
    let key = |row: &booking_core::memory::RecordedRow| (row.key.operation, row.key.key.clone());
    rows.recorded.retain(|row| {
        written.recorded.iter().all(|new| key(new) != key(row)) && !changes.forgotten.contains(&key(row))
    });
    rows.recorded.extend(written.recorded);
    rows.assigned.retain(|row| {
        written.assigned.iter().all(|new| (new.service, new.resource) != (row.service, row.resource))
    });
    rows.assigned.extend(written.assigned);
    state.restore(changes.tenant, rows);
}
