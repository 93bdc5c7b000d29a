//! Tables of what is refused: a valid value, what is changed in it, and the whole text of the error.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Changes one place of a valid value at a time, by JSON pointer, and expects this error.
#[track_caller]
pub(crate) fn refused<T: Serialize + DeserializeOwned + Debug + PartialEq>(
    valid: &T,
    table: &[(&str, Value, &str)],
) {
    let whole = serde_json::to_value(valid).unwrap();
    let read: T = serde_json::from_value(whole.clone()).unwrap();
    assert_eq!(read, *valid, "a valid value is read as it was written");
    for (pointer, value, expected) in table {
        let mut changed = whole.clone();
        put(&mut changed, pointer, value.clone());
        match serde_json::from_value::<T>(changed) {
            Ok(read) => panic!("{pointer} = {value} was accepted as {read:?}"),
            Err(error) => assert_eq!(error.to_string(), *expected, "{pointer} = {value}"),
        }
    }
}

/// Reads a value on its own and expects this error.
#[track_caller]
pub(crate) fn unreadable<T: DeserializeOwned + Debug>(table: &[(Value, &str)]) {
    for (value, expected) in table {
        match serde_json::from_value::<T>(value.clone()) {
            Ok(read) => panic!("{value} was accepted as {read:?}"),
            Err(error) => assert_eq!(error.to_string(), *expected, "{value}"),
        }
    }
}

fn put(whole: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = whole.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} leads nowhere"));
    match parent {
        Value::Object(fields) => drop(fields.insert(name.to_owned(), value)),
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        other => panic!("{pointer} leads into {other}"),
    }
}
