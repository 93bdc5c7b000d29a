//! What the routes do, whatever store is behind them. Files are named after the URLs they test.

mod analytics;
mod api_keys;
mod audit_log;
mod audit_writes;
mod availability_explain;
mod availability_search;
mod availability_stream;
mod bad_input;
mod bookings;
mod bookings_batch;
mod bookings_moves;
mod catalogue;
mod customers;
mod holds;
mod manage;
mod meta;
mod openapi;
mod races;
mod series;
mod services_slots;
mod time_off;
mod waitlist;
