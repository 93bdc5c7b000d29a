//! Where a business is kept: the options that say so.

use std::path::PathBuf;

use clap::Args;

use crate::stores::Place;

/// The file of a business, and of the demo, unless told otherwise: in the current folder.
const FILE: &str = "booking.sqlite";
const DEMO_FILE: &str = "booking-demo.sqlite";

/// Where a business is kept.
#[derive(Debug, Clone, Args)]
pub(crate) struct Kept {
    /// The SQLite file that holds everything [default: booking.sqlite, for the demo booking-demo.sqlite].
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// A `PostgreSQL` database instead of a file. `--data` on the command line counts more than the variable.
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The most connections to `PostgreSQL` at once.
    #[arg(long, value_name = "COUNT", env = "BOOKING_CONNECTIONS", default_value_t = 16)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    connections: u32,
}

impl Kept {
    /// Where the business is.
    pub(crate) fn place(&self) -> Place {
        self.or_file(FILE)
    }

    /// Where the demo lasts.
    pub(crate) fn demo_place(&self) -> Place {
        self.or_file(DEMO_FILE)
    }

    /// The place that was named, if one was.
    pub(crate) fn named(&self) -> Option<Place> {
        // An empty variable is how some programs unset one.
        match (&self.data, self.database_url.as_deref().filter(|url| !url.is_empty())) {
            (Some(path), _) => Some(Place::File(path.clone())),
            (None, Some(url)) => {
                let connections = self.connections;
                Some(Place::Postgres { url: url.to_owned(), connections, replica: None })
            }
            (None, None) => None,
        }
    }

    fn or_file(&self, otherwise: &str) -> Place {
        self.named().unwrap_or_else(|| Place::File(PathBuf::from(otherwise)))
    }
}
