//! The routes, called without a socket. Files are named after the URLs they test.

mod availability_explain;
mod availability_search;
mod availability_stream;
mod bad_input;
mod bookings;
mod bookings_batch;
mod bookings_moves;
mod holds;
#[cfg(feature = "server")]
mod manage;
mod meta;
#[cfg(feature = "server")]
mod openapi;
mod races;
mod series;
mod services_slots;
mod support;
mod waitlist;
