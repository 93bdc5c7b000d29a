//! `booking verify`: everything that must always hold, looked at again.

use booking_core::{Clock, SystemClock};
use clap::Args;
use serde_json::json;

use super::place::Kept;
use super::progress::Progress;
use super::{Ending, Outcome, wait_for};
use crate::stores;

/// Check all stored data again: over capacity, over seats, half of a command, a broken catalogue, changes that are not in
/// the audit log. Works while a server serves. The exit code is 3 when something is found.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    data: Kept,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(self) -> Outcome<Ending> {
        let place = self.data.place();
        let progress = Progress::of("checking", 0);
        let report = wait_for(stores::verify(&place, SystemClock.now(), |done, of| progress.set(done, of)))??;
        drop(progress);
        if self.json {
            println!(
                "{}",
                json!({"ok": report.findings.is_empty(), "tenants": report.tenants, "bookings": report.bookings,
                    "events": report.events, "findings": report.findings})
            );
        } else {
            for finding in &report.findings {
                println!("WRONG  {finding}");
            }
            println!(
                "{} businesses, {} bookings, {} events: {} findings",
                report.tenants,
                report.bookings,
                report.events,
                report.findings.len()
            );
        }
        Ok(if report.findings.is_empty() { Ending::Well } else { Ending::Found })
    }
}
