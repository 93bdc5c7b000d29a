//! Random histories: the store under test against the reference, and both against an auditor.

mod glance;

pub(super) use glance::glance;
