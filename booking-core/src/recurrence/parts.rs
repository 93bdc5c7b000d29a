//! The parts of a rule as they were written, before anything is implied by DTSTART.

/// How often the rule repeats. MINUTELY and SECONDLY are refused: no booking calendar needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Frequency {
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// The last moment of a rule, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum End {
    Never,
    /// An instant, in seconds since the epoch.
    Utc(i64),
    /// A wall-clock time, in seconds as if it were UTC.
    Local(i64),
}

/// A set of numbers 1 to 366, counted from the start or from the end: a BYMONTHDAY, BYYEARDAY, BYWEEKNO or BYSETPOS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Places {
    from_start: [u64; 6],
    from_end: [u64; 6],
}

impl Places {
    pub(super) fn insert(&mut self, number: i64) {
        let side = if number < 0 { &mut self.from_end } else { &mut self.from_start };
        let bit = number.unsigned_abs() as usize;
        side[bit / 64] |= 1 << (bit % 64);
    }

    pub(super) const fn is_empty(&self) -> bool {
        let mut any = 0;
        let mut word = 0;
        while word < 6 {
            any |= self.from_start[word] | self.from_end[word];
            word += 1;
        }
        any == 0
    }

    /// Whether the `index`th from the start, which is the `back`th from the end, belongs to the set.
    pub(super) fn contains(&self, index: i64, back: i64) -> bool {
        bit(&self.from_start, index) || bit(&self.from_end, back)
    }
}

fn bit(words: &[u64; 6], number: i64) -> bool {
    let number = number as usize;
    words.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
}

/// A BYDAY: plain weekdays, and the nth of a weekday in its month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Weekdays {
    /// Bit 0 is Monday.
    pub(super) plain: u8,
    /// For each weekday, bit n is the nth from the start.
    from_start: [u64; 7],
    from_end: [u64; 7],
    pub(super) has_nth: bool,
}

impl Weekdays {
    pub(super) fn insert_nth(&mut self, nth: i64, weekday: i64) {
        let side = if nth < 0 { &mut self.from_end } else { &mut self.from_start };
        side[weekday as usize] |= 1 << nth.unsigned_abs();
        self.has_nth = true;
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.plain == 0 && !self.has_nth
    }

    pub(super) const fn contains_plain(&self, weekday: i64) -> bool {
        self.plain >> weekday & 1 == 1
    }

    /// Whether this weekday, the `nth` from the start and the `back`th from the end, belongs to the set.
    pub(super) const fn contains_nth(&self, weekday: i64, (nth, back): (i64, i64)) -> bool {
        let day = weekday as usize;
        (self.from_start[day] >> nth | self.from_end[day] >> back) & 1 == 1
    }
}

/// Which days a rule allows. An empty part allows all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_field_names, reason = "days of the month and of the year are what they are called")]
pub(super) struct Days {
    /// Bits 1 to 12.
    pub(super) months: u16,
    pub(super) month_days: Places,
    pub(super) year_days: Places,
    pub(super) weeks: Places,
    pub(super) weekdays: Weekdays,
}

/// A rule's parts. Bit sets are empty when the part is absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Parts {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) count: Option<u32>,
    pub(super) until: End,
    /// 0 is Monday.
    pub(super) week_start: i64,
    pub(super) days: Days,
    pub(super) hours: u64,
    pub(super) minutes: u64,
    pub(super) seconds: u64,
    pub(super) positions: Places,
}
