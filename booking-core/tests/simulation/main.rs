//! A simulation: one seed drives clients, staff, a sweeper and a clock; after each step an auditor checks what must hold.
//!
//! Every run tries 200 short seeds. `SIMULATION_SEEDS=5000` tries more, `SIMULATION_SEED=17` one alone. What fails prints
//! the command that replays it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a simulation that cannot go on must fail its test")]

mod audit;
mod claims;
mod dice;
mod driver;
mod faulty;
mod limits;
mod staff;
mod town;

use booking_core::MemoryStore;

use driver::simulate;
use faulty::{Fault, Faulty};
use town::block_on;

const SEEDS: u64 = 200;
const STEPS: usize = 60;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

#[test]
fn every_invariant_holds_after_every_step_of_every_seed() {
    let seeds = match from_environment("SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_environment("SIMULATION_SEEDS").unwrap_or(SEEDS),
    };
    let mut done = 0;
    for seed in seeds.clone() {
        match block_on(simulate(MemoryStore::new(), seed, STEPS)) {
            Ok(report) => done += report.applied,
            Err(failure) => panic!(
                "seed {seed}: {failure}\nreplay: SIMULATION_SEED={seed} cargo test -p booking-core --test simulation \
                 every_invariant"
            ),
        }
    }
    let runs = (seeds.end - seeds.start) as usize;
    assert!(
        done >= runs * STEPS / 6,
        "only {done} commands were applied in {runs} runs: too few to prove anything"
    );
}

#[test]
fn a_seed_replays_to_the_same_end() {
    let run = || block_on(simulate(MemoryStore::new(), 7, STEPS)).unwrap().log;
    assert_eq!(run(), run());
}

/// The auditor must tell, in some seed and in words that contain `about`, that a store with this fault is broken.
fn caught(fault: Fault, about: &str) {
    let run = |seed| block_on(simulate(Faulty::new(fault), seed, STEPS)).err();
    let told = (0..SEEDS).filter_map(run).any(|told| told.contains(about));
    assert!(told, "{fault:?} was not told as \"{about}\" in {SEEDS} seeds");
}

#[test]
fn a_store_that_checks_before_it_locks_is_caught() {
    caught(Fault::NoLock, "units in use");
}

#[test]
fn a_store_that_revives_expired_holds_is_caught() {
    caught(Fault::Revives, "that had expired");
}

#[test]
fn a_store_that_forgets_keys_is_caught() {
    caught(Fault::ForgetsKeys, "replay of");
}

#[test]
fn a_store_that_counts_expired_holds_is_caught() {
    caught(Fault::CountsExpired, "the occupancy of");
}

#[test]
fn a_store_that_shows_one_tenant_another_is_caught() {
    caught(Fault::MixesTenants, "of another tenant");
}
