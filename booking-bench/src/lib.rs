//! The workloads that the engine's speed is judged by, and how they are measured.
//!
//! Every workload comes as many inputs that differ, because one repeated input flatters the result, and checks the
//! engine's answers against the definition, start by start, before anything is measured.

pub mod business;
pub mod capacity;
pub mod history;
pub mod inputs;
pub mod measure;
pub mod provider;
pub mod recurrence;
pub mod single;
pub mod teams;

/// How many inputs each workload rotates through.
pub const INPUTS: usize = 256;
