//! Programs a new user copies.
