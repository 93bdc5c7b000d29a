//! Recurrence (placeholder until its own change lands).
use serde::{Deserialize, Serialize};
/// A recurrence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recurrence(String);
