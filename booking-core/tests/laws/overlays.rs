//! Laws of questions about another world: nothing laid over is the real one, and another present is only that.

use booking_core::{BookRequest, Hypothesis, Wish};

use super::law::check;
use super::shop::{Shop, at, now};
use super::worlds::{MINUTES, worlds};

/// `what_if` with nothing laid over is the listing; whatever is laid over, nothing is written.
#[test]
fn what_if_nothing_were_otherwise_is_the_real_answer_and_nothing_is_written() {
    let law = "overlays::what_if_nothing_were_otherwise_is_the_real_answer_and_nothing_is_written";
    check(law, 200, &worlds(MINUTES), |world| {
        let shop = Shop::of(world);
        let (slots, rows) = (shop.slots().unwrap(), shop.rows());
        let ask = |hypothesis: &Hypothesis| {
            now(shop.scheduler.what_if(&shop.wish, shop.window, hypothesis)).unwrap()
        };
        let same = ask(&Hypothesis::default());
        let real =
            same.before == slots && same.after == slots && same.gained.is_empty() && same.lost.is_empty();
        let away = world.resources.iter().map(|resource| resource.id).skip(1);
        let other = Hypothesis {
            without_bookings: rows.bookings.iter().map(|booking| booking.id).collect(),
            without_resources: away.filter(|id| !world.ask.pins.contains(id)).collect(),
            now: Some(at(world.ask.now + 3_600)),
            ..Hypothesis::default()
        };
        let kept = ask(&other).before == slots;
        (!real || !kept || shop.rows() != rows || shop.slots().unwrap() != slots)
            .then(|| format!("{same:?}, not {slots:?}"))
    });
}

/// `as_of` an instant, with the clock elsewhere, every view says what it says when the clock shows that instant: also
/// about holds that have expired by then, and about bookings made since.
#[test]
fn as_of_replaces_the_present_and_nothing_else() {
    check("overlays::as_of_replaces_the_present_and_nothing_else", 150, &worlds(MINUTES), |world| {
        let shop = Shop::of(world);
        if let Some(slot) = shop.slots().unwrap().first() {
            let request = BookRequest::new(shop.wish.clone(), slot.start);
            now(shop.scheduler.hold(&request, Some(600))).unwrap();
        }
        let present = world.ask.now;
        [-40_000, 0, 599, 600, 7_200, 90_000].into_iter().find_map(|later| {
            let then = at(present + later);
            shop.clock.set(then);
            let expected = views(&shop, &shop.wish);
            shop.clock.set(at(present));
            let found = views(&shop, &Wish { as_of: Some(then), ..shop.wish.clone() });
            (found != expected).then(|| format!("as of {later} s later {found:?}, not {expected:?}"))
        })
    });
}

/// All that can be asked about one window.
fn views(shop: &Shop, wish: &Wish) -> impl PartialEq + std::fmt::Debug + use<> {
    let (scheduler, window) = (&shop.scheduler, shop.window);
    let middle = at((window.start_second() + window.seconds() / 2) / 60 * 60);
    (
        now(scheduler.slots(wish, window)).unwrap(),
        now(scheduler.starts(wish, window)).unwrap(),
        now(scheduler.windows(wish, window)).unwrap(),
        now(scheduler.days(wish, window, None)).unwrap(),
        now(scheduler.first(wish, window)).unwrap(),
        now(scheduler.explain(wish, middle)).unwrap(),
    )
}
