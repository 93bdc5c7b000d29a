//! Reads TZif, the binary form of zone data (RFC 9636), versions 1 to 4. Strict: whatever the format forbids is refused,
//! as is data with leap seconds, which would not count the seconds that everyone else counts.

use std::fmt::Display;

use super::posix::Rule;
use super::zone::{TABLE_END, TABLE_START};
use crate::Invalid;

/// The largest accepted file, in bytes; the largest of the tz database have under 4 KiB.
const MOST_BYTES: usize = 65_536;
/// Without a rule for later years, a table that still changes from 2037 on has been cut off there.
const CUT_OFF: i64 = 2_114_380_800;
/// The years a rule is spelled out for: those of the table, and one more on each side.
const YEARS: std::ops::RangeInclusive<i32> = 1968..=2101;

/// The offset at the start of time, and every later change of it: the instant and the offset from then on, sorted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) first: i32,
    pub(super) changes: Vec<(i64, i32)>,
}

/// Reads a whole TZif file.
pub(super) fn parse(bytes: &[u8]) -> Result<Changes, Invalid> {
    if bytes.len() > MOST_BYTES {
        return Err(refused("size", format_args!("{} bytes", bytes.len()), "at most 65536 bytes"));
    }
    let mut reader = Reader { rest: bytes };
    let header = Header::read(&mut reader)?;
    if header.version == 1 {
        let block = Block::read(&mut reader, &header, 4)?;
        return finish(block, reader.rest, None);
    }
    // The first block repeats the data for readers that know version 1 only.
    reader.take(header.block_length(4))?;
    let second = Header::read(&mut reader)?;
    if second.version != header.version {
        return Err(refused("header.version", second.version, "the version of the first header"));
    }
    let block = Block::read(&mut reader, &second, 8)?;
    let rule = footer(&mut reader)?;
    finish(block, reader.rest, rule)
}

fn refused(part: &str, value: impl Display, expected: &'static str) -> Invalid {
    Invalid::new(format!("tzif.{part}"), value, expected)
}

/// The six counts of a header, in the order of the file.
struct Header {
    version: u8,
    ut_indicators: usize,
    standard_indicators: usize,
    leaps: usize,
    times: usize,
    types: usize,
    chars: usize,
}

impl Header {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        let magic = reader.take(4)?;
        if magic != b"TZif" {
            return Err(refused("header", magic.escape_ascii(), "a file that starts with TZif"));
        }
        let version = match reader.take(16)?[0] {
            0 => 1,
            digit @ b'2'..=b'4' => digit - b'0',
            other => return Err(refused("header.version", other, "0, or a digit from 2 to 4")),
        };
        let mut count = || -> Result<usize, Invalid> { Ok(reader.unsigned()? as usize) };
        let header = Self {
            version,
            ut_indicators: count()?,
            standard_indicators: count()?,
            leaps: count()?,
            times: count()?,
            types: count()?,
            chars: count()?,
        };
        header.check()
    }

    fn check(self) -> Result<Self, Invalid> {
        if self.types == 0 || self.types > 256 {
            return Err(refused("header.types", self.types, "1 to 256 local time types"));
        }
        if self.chars == 0 {
            return Err(refused("header.chars", self.chars, "at least one byte of designations"));
        }
        for indicators in [self.ut_indicators, self.standard_indicators] {
            if indicators != 0 && indicators != self.types {
                return Err(refused("header.indicators", indicators, "none, or one per local time type"));
            }
        }
        if self.leaps != 0 {
            return Err(refused("header.leaps", self.leaps, "data without leap seconds"));
        }
        Ok(self)
    }

    /// The length of the data block in bytes, for times of that many bytes. The counts have 32 bits each.
    fn block_length(&self, time_size: usize) -> usize {
        [
            self.times.saturating_mul(time_size + 1),
            self.types.saturating_mul(6),
            self.chars,
            self.standard_indicators,
            self.ut_indicators,
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

/// What a data block says, without names and indicators.
struct Block {
    first: i32,
    changes: Vec<(i64, i32)>,
}

impl Block {
    fn read(reader: &mut Reader<'_>, header: &Header, time_size: usize) -> Result<Self, Invalid> {
        // Taken at once, so that no count can ask for more memory than the file has bytes.
        let mut reader = Reader { rest: reader.take(header.block_length(time_size))? };
        let times = times(reader.take(header.times * time_size)?, time_size)?;
        let kinds = reader.take(header.times)?;
        let types = reader.take(header.types * 6)?;
        let names = reader.take(header.chars)?;
        let offsets = types.chunks_exact(6).map(|kind| offset(kind, names)).collect::<Result<Vec<_>, _>>()?;
        indicators(reader.take(header.standard_indicators)?, reader.take(header.ut_indicators)?)?;
        let offset_of = |kind: &u8| {
            let known = offsets.get(usize::from(*kind)).copied();
            known.ok_or_else(|| refused("transitions", kind, "the index of a local time type"))
        };
        let after = kinds.iter().map(offset_of).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { first: offset_of(&0)?, changes: times.into_iter().zip(after).collect() })
    }
}

/// The transition times, which must rise.
fn times(bytes: &[u8], size: usize) -> Result<Vec<i64>, Invalid> {
    let time = |bytes: &[u8]| {
        // The first bit is the sign, whatever the width.
        let sign = if bytes.first().is_some_and(|&b| b >= 128) { -1 } else { 0 };
        bytes.iter().fold(sign, |time: i64, &byte| (time << 8) | i64::from(byte))
    };
    let times: Vec<i64> = bytes.chunks_exact(size).map(time).collect();
    match times.windows(2).find(|pair| pair[0] >= pair[1]) {
        Some(pair) => Err(refused("transitions", pair[1], "transition times in rising order")),
        None => Ok(times),
    }
}

/// The offset of a local time type: four bytes of offset, the daylight flag, the start of the designation.
fn offset(kind: &[u8], names: &[u8]) -> Result<i32, Invalid> {
    let offset = kind[..4].iter().fold(0_u32, |offset, &byte| (offset << 8) | u32::from(byte)).cast_signed();
    if !(-89_999..=93_599).contains(&offset) {
        return Err(refused("types.offset", offset, "more than -25 and less than 26 hours, in seconds"));
    }
    if kind[4] > 1 {
        return Err(refused("types.daylight", kind[4], "0 or 1"));
    }
    let ends = names.get(usize::from(kind[5])..).is_some_and(|name| name.contains(&0));
    if ends {
        Ok(offset)
    } else {
        Err(refused("types.designation", kind[5], "the index of a name that ends"))
    }
}

/// The indicators say how the rules were written; they change nothing, but they must be well formed.
fn indicators(standard: &[u8], ut: &[u8]) -> Result<(), Invalid> {
    match standard.iter().chain(ut).find(|&&flag| flag > 1) {
        Some(flag) => Err(refused("indicators", flag, "0 or 1")),
        None => Ok(()),
    }
}

/// The rule between two line feeds, if there is one.
fn footer(reader: &mut Reader<'_>) -> Result<Option<Rule>, Invalid> {
    let start = reader.take(1)?;
    let Some(length) = reader.rest.iter().position(|&byte| byte == b'\n').filter(|_| start == b"\n") else {
        return Err(refused(
            "footer",
            start.escape_ascii(),
            "a line feed, a POSIX TZ string and a line feed",
        ));
    };
    let text = reader.take(length)?;
    reader.take(1)?;
    if text.is_empty() { Ok(None) } else { Rule::parse(text).map(Some) }
}

/// Lays the rule's changes behind the listed ones.
fn finish(block: Block, rest: &[u8], rule: Option<Rule>) -> Result<Changes, Invalid> {
    if !rest.is_empty() {
        return Err(refused("size", format_args!("{} bytes more", rest.len()), "nothing after the end"));
    }
    let Block { mut first, mut changes } = block;
    let last = changes.last().copied();
    let Some(rule) = rule else {
        return match last {
            Some((at, _)) if at >= CUT_OFF => {
                Err(refused("footer", "none", "a rule for the years after the last transition"))
            }
            _ => Ok(Changes { first, changes }),
        };
    };
    let by_rule = rule.changes(YEARS);
    let in_force = |at: i64| {
        let before = by_rule.partition_point(|change| change.0 <= at);
        before.checked_sub(1).map_or(rule.standard(), |index| by_rule[index].1)
    };
    match last {
        Some((at, offset)) => {
            if (TABLE_START..TABLE_END).contains(&at) && in_force(at) != offset {
                return Err(refused("footer", in_force(at), "the offset of the last transition"));
            }
        }
        None => first = in_force(TABLE_START),
    }
    let from = last.map_or(TABLE_START, |last| last.0);
    changes.extend(by_rule.into_iter().filter(|change| change.0 > from));
    Ok(Changes { first, changes })
}

/// Takes bytes from the front.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Invalid> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            let missing = length.saturating_sub(self.rest.len());
            return Err(refused("size", format_args!("{missing} bytes short"), "a complete TZif file"));
        };
        self.rest = rest;
        Ok(taken)
    }

    fn unsigned(&mut self) -> Result<u32, Invalid> {
        Ok(self.take(4)?.iter().fold(0, |number, &byte| (number << 8) | u32::from(byte)))
    }
}
