//! Claims as the database packs them (`booking.claims.packed`).

use booking_core::{BookingId, Claim, ClaimRow, Occupant, ResourceId, SessionId, StoreError};
use uuid::Uuid;

use super::{damaged, interval};

/// The bytes of a claim as most are.
pub(crate) const CLAIM: usize = 24;
/// In the byte above the seconds: a session owns it,
const SEATED: u32 = 1 << 24;
/// and buffers and part follow.
const MORE: u32 = 2 << 24;

/// The claims of one resource that lie in these bytes one after the other, each followed by its units where they are
/// `counted`, and each of one unit where they are not.
pub(crate) fn unpack(
    mut bytes: &[u8],
    counted: bool,
    resource: ResourceId,
    claims: &mut Vec<ClaimRow>,
) -> Result<(), StoreError> {
    while !bytes.is_empty() {
        let claim = claim(&mut bytes, counted, resource);
        claims.push(claim.ok_or_else(|| damaged("claim", "it is cut short"))??);
    }
    Ok(())
}

/// The next claim, unless there are too few bytes.
fn claim(bytes: &mut &[u8], counted: bool, resource: ResourceId) -> Option<Result<ClaimRow, StoreError>> {
    let start = i64::from(number(bytes)?);
    let seconds = number(bytes)?;
    let (owner, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    let owner = Uuid::from_bytes(*owner);
    let (mut before, mut after) = (0, 0);
    if seconds & MORE != 0 {
        (before, after) = (number(bytes)?, number(bytes)?);
        // Which of its owner's claims it is: it tells claims apart that are alike, where they are counted.
        number(bytes)?;
    }
    let units = if counted { number(bytes)? } else { 1 };
    let by = if seconds & SEATED == 0 {
        Occupant::Booking(BookingId::from_uuid(owner))
    } else {
        Occupant::Session(SessionId::from_uuid(owner))
    };
    let interval = interval("claim", start, start + i64::from(seconds % SEATED));
    let (before, after) = (i64::from(before), i64::from(after));
    Some(interval.map(|interval| ClaimRow { claim: Claim { resource, interval, before, after, units }, by }))
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_be_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(start: u32, seconds: u32, more: &[u32]) -> Vec<u8> {
        let mut bytes = [start.to_be_bytes(), seconds.to_be_bytes()].concat();
        bytes.extend(Uuid::from_u128(7).into_bytes());
        bytes.extend(more.iter().flat_map(|number| number.to_be_bytes()));
        bytes
    }

    fn unpacked(bytes: &[u8], counted: bool) -> Result<Vec<ClaimRow>, StoreError> {
        let mut claims = Vec::new();
        unpack(bytes, counted, ResourceId::from_u64(1), &mut claims).map(|()| claims)
    }

    #[test]
    fn claims_lie_one_after_the_other() {
        let most = packed(60, 120, &[]);
        assert_eq!(most.len(), CLAIM);
        let bytes = [most, packed(4_000_000_000, SEATED + MORE + 5_184_000, &[300, 600, 2])].concat();
        let claims = unpacked(&bytes, false).unwrap();
        let [first, second] = claims.as_slice() else { panic!("{claims:?}") };
        assert_eq!(first.by, Occupant::Booking(BookingId::from_u64(7)));
        assert_eq!((first.claim.interval.start_second(), first.claim.interval.end_second()), (60, 180));
        assert_eq!((first.claim.before, first.claim.after, first.claim.units), (0, 0, 1));
        assert_eq!(second.by, Occupant::Session(SessionId::from_u64(7)));
        assert_eq!(second.claim.interval.end_second(), 4_005_184_000);
        assert_eq!((second.claim.before, second.claim.after, second.claim.units), (300, 600, 1));
    }

    #[test]
    fn units_follow_where_they_are_counted() {
        let bytes = packed(60, 120, &[12]);
        assert_eq!(unpacked(&bytes, true).unwrap()[0].claim.units, 12);
        assert!(unpacked(&bytes, false).is_err());
        assert!(unpacked(&bytes[..27], true).is_err());
        assert!(unpacked(&packed(60, 0, &[]), false).is_err(), "an empty interval");
    }
}
