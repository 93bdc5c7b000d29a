//! `booking backup`: a copy of the data.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Outcome;
use super::place::Kept;
use super::progress::Progress;
use crate::stores::{self, Place};

/// Copy the data file as it is now, also while a server serves it. The copy is complete, or there is none.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The copy. It must not be there yet.
    file: PathBuf,
    #[command(flatten)]
    data: Kept,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(crate) fn run(self) -> Outcome {
        let path = match self.data.place() {
            Place::File(path) => path,
            place => return Err(elsewhere(&place).into()),
        };
        let progress = Progress::of("copying", 0);
        stores::back_up(&path, &self.file, |done, total| progress.set(done, total))?;
        drop(progress);
        let bytes = std::fs::metadata(&self.file)?.len();
        if self.json {
            println!("{}", json!({"data": path, "copy": self.file, "bytes": bytes}));
        } else {
            println!("{} is copied to {}, {bytes} bytes.", path.display(), self.file.display());
            println!("The secret beside it ({}-secret) signs customers' links: copy it too.", path.display());
        }
        Ok(())
    }
}

fn elsewhere(place: &Place) -> String {
    format!(
        "this copies files, and the data is in {place}: pg_dump --format=custom --schema=booking --file=booking.dump \
         \"$DATABASE_URL\" copies it while it is in use"
    )
}
