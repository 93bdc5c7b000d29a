//! Random histories: the store under test against the reference, and both against an auditor.

mod auditor;
mod dice;
mod generator;
mod glance;

use super::desk::Desk;
use super::suite::{Suite, Task};
use super::words::outcome;
use super::{World, block_on};
use crate::memory::MemoryStore;
use crate::store::{Action, Command, CommitError, Committed};
use generator::{Generator, business};
pub(super) use glance::glance;
use glance::{plain_booking, plain_entry};

/// Seeds that always run, unless another is given.
const SEEDS: std::ops::Range<u64> = 1..13;
/// Commands of one history.
const STEPS: usize = 120;
/// Whole glances are taken every so many steps; answers are compared at each.
const GLANCE: usize = 10;

/// A random history is answered as the reference store answers it, command by command, and looks the same afterwards.
/// An auditor counts units, seats, limits and events after every step.
pub fn random_histories_are_answered_as_the_reference_answers_them(suite: &Suite) {
    for seed in seeds(suite) {
        println!("random history: BOOKING_SEED={seed} replays it");
        let business = business();
        let reference = Suite::new(reference, |task: Task<'_>| block_on(task));
        let (mut generator, tenant) = (Generator::new(seed, business.tenant, 0), business.tenant);
        let desks = [Desk::of(suite, vec![business.clone()]), Desk::of(&reference, vec![business])];
        assert_eq!(desks[0].tenant, tenant);
        let mut accepted = 0;
        for step in 1..=STEPS {
            let command = generator.next();
            let [answer, expected] = desks.each_ref().map(|desk| {
                let answer = desk.at(generator.now).run(&command);
                plain(&command, answer, desk.now_second())
            });
            let told = || format!("BOOKING_SEED={seed}, step {step}: {command:#?}");
            assert_eq!(answer, expected, "{}", told());
            accepted += usize::from(answer.is_ok());
            if step % GLANCE == 0 {
                let [seen, expected] = desks.each_ref().map(glance);
                assert_eq!(seen, expected, "after {}", told());
                auditor::audit(&desks[0]);
            }
        }
        // A history in which nearly everything is refused would compare nothing.
        println!("random history: {accepted} of {STEPS} commands were accepted");
        assert!(accepted >= STEPS / 5, "{accepted} of {STEPS} commands were accepted");
    }
}

/// Random commands from several threads at once: whatever their order was, units, seats, limits and events add up.
pub fn random_commands_at_once_leave_everything_in_order(suite: &Suite) {
    const THREADS: u64 = 8;
    for seed in seeds(suite) {
        println!("random commands at once: BOOKING_SEED={seed} repeats them, in another order");
        let desk = Desk::of(suite, vec![business()]);
        let mut generators: Vec<_> = (0..THREADS)
            .map(|thread| Generator::new(seed * THREADS + thread, desk.tenant, 10_000 * thread))
            .collect();
        for round in 0..12 {
            let now = 30 * round;
            desk.at(now);
            let commands: Vec<Command> = generators
                .iter_mut()
                .map(|generator| {
                    generator.now = now;
                    generator.at_once()
                })
                .collect();
            for answer in desk.race(&commands) {
                assert!(!matches!(answer, Err(CommitError::Store(_))), "BOOKING_SEED={seed}: {answer:?}");
            }
            auditor::audit(&desk);
        }
    }
}

fn seeds(suite: &Suite) -> Vec<u64> {
    suite.seed().map_or_else(|| SEEDS.collect(), |seed| vec![seed])
}

/// The reference store with a world in it.
pub(super) fn reference(world: World) -> MemoryStore {
    let store = MemoryStore::new();
    for business in world.businesses {
        for service in business.services {
            store.add_service(business.tenant, service);
        }
        for resource in business.resources {
            store.add_resource(business.tenant, resource);
        }
    }
    store
}

/// An answer as far as callers can rely on it.
fn plain(command: &Command, answer: Result<Committed, CommitError>, now: i64) -> Result<Committed, String> {
    match answer {
        // Which of several reasons is told where capacity and a limit are both used up is the store's own choice.
        Err(CommitError::NoFit { placement, .. } | CommitError::Limit { placement, .. }) => {
            Err(format!("placement {placement} does not fit"))
        }
        Err(error) => Err(outcome(&Err(error))),
        Ok(mut done) => {
            if matches!(command.action, Action::Sweep(_)) && !done.replayed {
                // Whoever took its time may have marked it before.
                done.bookings.clear();
            }
            let plain_all = |bookings: Vec<crate::Booking>| -> Vec<_> {
                bookings.into_iter().map(|booking| plain_booking(booking, now)).collect()
            };
            done.bookings = plain_all(done.bookings);
            done.offers = plain_all(done.offers);
            done.entry = done.entry.map(plain_entry);
            done.collides.sort_unstable();
            Ok(done)
        }
    }
}
