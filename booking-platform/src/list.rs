//! Lists with a bound, each entry once.

use std::fmt;
use std::ops::Deref;

use booking_core::Invalid;
use serde::{Deserialize, Serialize};

/// At most `MOST` entries, in the order given, none twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    try_from = "Vec<T>",
    into = "Vec<T>",
    bound(deserialize = "T: Deserialize<'de> + Ord + Clone + fmt::Debug")
)]
#[serde(bound(serialize = "T: Serialize + Clone"))]
pub struct List<T, const MOST: usize>(Vec<T>);

impl<T: Ord + Clone + fmt::Debug, const MOST: usize> List<T, MOST> {
    /// Refused: more than `MOST` entries, and an entry that is there twice.
    pub fn new(entries: Vec<T>) -> Result<Self, Invalid> {
        if entries.len() > MOST {
            let given = format!("{} entries", entries.len());
            return Err(Invalid::new("list", given, format!("at most {MOST} entries")));
        }
        let mut sorted: Vec<&T> = entries.iter().collect();
        sorted.sort_unstable();
        if let Some([twice, _]) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Invalid::new("list", format!("{twice:?} twice"), "each entry once"));
        }
        Ok(Self(entries))
    }
}

impl<T, const MOST: usize> Default for List<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MOST: usize> Deref for List<T, MOST> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Ord + Clone + fmt::Debug, const MOST: usize> TryFrom<Vec<T>> for List<T, MOST> {
    type Error = Invalid;
    fn try_from(entries: Vec<T>) -> Result<Self, Invalid> {
        Self::new(entries)
    }
}

impl<T, const MOST: usize> From<List<T, MOST>> for Vec<T> {
    fn from(list: List<T, MOST>) -> Self {
        list.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_bounded_and_has_each_entry_once() {
        assert_eq!(&*List::<_, 3>::new(vec![3, 1, 2]).unwrap(), [3, 1, 2]);
        assert!(List::<_, 2>::new(vec![3, 1, 2]).is_err());
        assert_eq!(List::<_, 3>::new(vec![7, 1, 7]).unwrap_err().value(), "7 twice");
        assert!(serde_json::from_str::<List<u8, 2>>("[1, 1]").is_err());
    }
}
