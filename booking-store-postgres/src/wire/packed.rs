//! Claims as the database packs them (`booking.claims.packed`).

use booking_core::{BookingId, Claim, ClaimRow, Occupant, ResourceId, SessionId, StoreError};
use uuid::Uuid;

use super::{damaged, interval};

/// The bytes of one claim.
pub(crate) const CLAIM: usize = 40;
/// The bytes of a count that follows a claim.
const COUNT: usize = 4;

/// The claims of one resource that lie in these bytes one after the other, each followed by its units where they are
/// `counted`, and each of one unit where they are not.
pub(crate) fn unpack(
    bytes: &[u8],
    counted: bool,
    resource: ResourceId,
    claims: &mut Vec<ClaimRow>,
) -> Result<(), StoreError> {
    let width = if counted { CLAIM + COUNT } else { CLAIM };
    let rows = bytes.chunks_exact(width);
    if !rows.remainder().is_empty() {
        return Err(damaged("claim", "it is cut short"));
    }
    for row in rows {
        claims.push(claim(row, resource).ok_or_else(|| damaged("claim", "it is cut short"))??);
    }
    Ok(())
}

/// One claim, unless there are too few bytes.
fn claim(row: &[u8], resource: ResourceId) -> Option<Result<ClaimRow, StoreError>> {
    let (start, row) = row.split_first_chunk()?;
    let (seconds, row) = row.split_first_chunk()?;
    let (before, row) = row.split_first_chunk()?;
    let (after, row) = row.split_first_chunk()?;
    let (part, row) = row.split_first_chunk()?;
    let (owner, row) = row.split_first_chunk()?;
    let units = row.first_chunk().map_or(1, |units| u32::from_be_bytes(*units));
    let (start, owner) = (i64::from_be_bytes(*start), Uuid::from_bytes(*owner));
    let end = start.saturating_add(i64::from(i32::from_be_bytes(*seconds)));
    // Of a session where the part is negative.
    let by = if i32::from_be_bytes(*part) < 0 {
        Occupant::Session(SessionId::from_uuid(owner))
    } else {
        Occupant::Booking(BookingId::from_uuid(owner))
    };
    Some(interval("claim", start, end).map(|interval| ClaimRow {
        claim: Claim {
            resource,
            interval,
            before: i64::from(i32::from_be_bytes(*before)),
            after: i64::from(i32::from_be_bytes(*after)),
            units,
        },
        by,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(start: i64, seconds: i32, part: i32) -> Vec<u8> {
        let mut bytes = start.to_be_bytes().to_vec();
        for number in [seconds, 300, 600, part] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(Uuid::from_u128(7).into_bytes());
        bytes
    }

    fn unpacked(bytes: &[u8], counted: bool) -> Result<Vec<ClaimRow>, StoreError> {
        let mut claims = Vec::new();
        unpack(bytes, counted, ResourceId::from_u64(1), &mut claims).map(|()| claims)
    }

    #[test]
    fn claims_lie_one_after_the_other() {
        let claims = unpacked(&[packed(60, 120, 1), packed(4_000_000_000, 60, -1)].concat(), false).unwrap();
        let [first, second] = claims.as_slice() else { panic!("{claims:?}") };
        assert_eq!(first.by, Occupant::Booking(BookingId::from_u64(7)));
        assert_eq!(second.by, Occupant::Session(SessionId::from_u64(7)));
        assert_eq!((first.claim.interval.start_second(), first.claim.interval.end_second()), (60, 180));
        assert_eq!((first.claim.before, first.claim.after, first.claim.units), (300, 600, 1));
        assert_eq!(second.claim.interval.start_second(), 4_000_000_000);
    }

    #[test]
    fn units_follow_where_they_are_counted() {
        let bytes = [packed(60, 120, 1), 12_u32.to_be_bytes().to_vec()].concat();
        assert_eq!(unpacked(&bytes, true).unwrap()[0].claim.units, 12);
        assert!(unpacked(&bytes, false).is_err());
        assert!(unpacked(&bytes[..43], true).is_err());
        assert!(unpacked(&packed(60, 0, 1), false).is_err(), "an empty interval");
    }
}
