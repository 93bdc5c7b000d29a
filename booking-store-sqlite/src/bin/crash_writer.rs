//! The program that the crash tests kill: clients that book, confirm, move and cancel on one file, and say on standard
//! output what was acknowledged. What it does follows from its seed.
//!
//! `crash-writer FILE SEED CLIENTS COMMANDS [handed | everything]`: that many commands a client, 0 for no end; `handed`
//! leaves out the flush, `everything` adds a row of every other kind. With one client the file that comes out is always
//! the same: the fixtures of `tests/formats.rs` were made by `crash-writer tests/fixtures/format-N.sqlite 1 1 60 everything`.

use std::error::Error;
use std::io::Write as _;
use std::thread;

use booking_core::conformance::block_on;
use booking_core::{
    Action, Actor, Block, BlockId, BookingId, BookingStore as _, Change, Claim, Command, ContentHash,
    CustomerId, EntryId, EntryState, Hours, IdempotencyKey, Initial, Interval, Invalid, LocalStart,
    NewBooking, Operation, Pick, Placement, Plan, PlanClaims, Priced, Relocation, Resource, ResourceId,
    ResourceSpec, ServiceId, Session, SessionId, SessionKey, TenantId, WaitlistEntry, ZoneId,
};
use booking_platform::{
    ApiKey, CatalogueStore as _, Consent, CustomerStore as _, CustomerWrite, Expect, Item, KeyId, KeyKind,
    KeyStore as _, Name, PlatformError, Profile, ProfileSpec, ResourceProfile, Stamp, Tenant,
    TenantStore as _, TokenHash,
};
use booking_store_sqlite::{Durability, Options, SqliteStore};

/// 2026-03-02 09:00 UTC.
const NOW: i64 = 1_772_442_000;
const RESOURCES: u64 = 8;
/// Starts lie on ten-minute steps of this many; fewer make more refusals.
const STEPS: u64 = 4_000;
/// How many refusals in a row are bad luck; more say that the calendar is full.
const PATIENCE: u32 = 10_000;
/// So many seeds one after the other share the same steps, and those after them have others: a drill of many rounds on one
/// file would fill the calendar, and then nothing is acknowledged any more.
const SHARED: u64 = 16;
/// How many such spans there are, of four weeks each.
const SPANS: u64 = 64;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, seed, clients, commands, rest @ ..] = args.as_slice() else {
        return Err("usage: crash-writer FILE SEED CLIENTS COMMANDS [handed]".into());
    };
    let handed = rest.first().is_some_and(|word| word == "handed");
    let durability = if handed { Durability::Handed } else { Durability::Flushed };
    let store = SqliteStore::open(file, &Options { durability, ..Options::default() })?;
    set_up(&store)?;
    if rest.first().is_some_and(|word| word == "everything") {
        everything(&store)?;
    }
    let (seed, clients, commands): (u64, u64, u64) = (seed.parse()?, clients.parse()?, commands.parse()?);
    let spawn = |client| {
        let mut client = Client::new(store.clone(), seed, client);
        thread::spawn(move || client.run(commands))
    };
    let threads: Vec<_> = (0..clients).map(spawn).collect();
    threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a client panicked")?)
}

/// Resources of one, two or three units, unless they are there from the last time.
fn set_up(store: &SqliteStore) -> Outcome {
    let stamp = Stamp::new(Actor::new("setup", "crash-writer"), instant(NOW));
    for number in 1..=RESOURCES {
        let id = ResourceId::from_u64(number);
        let capacity = u32::try_from(number % 3 + 1)?;
        let spec = ResourceSpec::new(id, format!("Room {number}"), Hours::always(ZoneId::UTC));
        let resource = Resource::new(ResourceSpec { capacity, ..spec })?;
        let item = Item::from(ResourceProfile::from(resource));
        match block_on(store.put_item(TenantId::SINGLE, &item, Expect::Absent, &stamp)) {
            Ok(_) | Err(PlatformError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A tenant, a customer, a key, a block, a session and someone in line.
fn everything(store: &SqliteStore) -> Outcome {
    let stamp = Stamp::new(Actor::new("setup", "crash-writer"), instant(NOW));
    let name = Name::new("Ann Lee")?;
    let tenant = Tenant { id: TenantId::SINGLE, name: name.clone(), zone: ZoneId::UTC };
    block_on(store.put_tenant(&tenant, Expect::Absent, &stamp))?;
    let profile = Profile::new(ProfileSpec { name: Some(name.clone()), ..ProfileSpec::default() })?;
    let customer = CustomerId::from_u64(1);
    let write = CustomerWrite::Profile(profile);
    block_on(store.write_customer(TenantId::SINGLE, customer, &write, Expect::Absent, &stamp))?;
    let consent = Consent { purpose: name.clone(), granted: true, at: stamp.at, source: None };
    let write = CustomerWrite::Consent(consent);
    block_on(store.write_customer(TenantId::SINGLE, customer, &write, Expect::Present, &stamp))?;
    let hash = TokenHash { lookup: "0123456789abcdef".to_owned(), sha256: [7; 32] };
    let (id, created) = (KeyId::from_u64(1), stamp.at);
    let (kind, expires, revoked) = (KeyKind::Secret, None, None);
    let key = ApiKey { id, tenant: TenantId::SINGLE, kind, name, hash, created, expires, revoked };
    block_on(store.add_key(&key, &stamp))?;
    let visit = Interval::from_seconds(NOW + 3_600, NOW + 7_200)?;
    for action in rare(customer, visit) {
        let (actor, now) = (stamp.actor.clone(), stamp.at);
        let (offers, verdicts) = (Vec::new(), Vec::new());
        let tenant = TenantId::SINGLE;
        block_on(store.commit(&Command { tenant, now, actor, key: None, action, offers, verdicts }))?;
    }
    Ok(())
}

fn rare(customer: CustomerId, visit: Interval) -> [Action; 3] {
    let (resource, service) = (ResourceId::from_u64(1), ServiceId::from_u64(1));
    let block = Block { id: BlockId::from_u64(1), resource, interval: visit, text: "away".to_owned() };
    let picks = vec![Pick { requirement: "room".to_owned(), resource, seconds: visit.seconds() }];
    let claims = vec![Claim { resource, interval: visit, before: 0, after: 0, units: 1 }];
    let key = SessionKey { service, visit, picks };
    let session = Session { id: SessionId::from_u64(1), key, seats: 5, claims, scheduled: true };
    let entry = WaitlistEntry {
        id: EntryId::from_u64(1),
        tenant: TenantId::SINGLE,
        service,
        customer: Some(customer),
        group: None,
        window: visit,
        duration: Some(1_800),
        party: 2,
        state: EntryState::Waiting,
        offer: None,
        offered: Vec::new(),
        joined: instant(NOW),
        place: 0,
    };
    [Action::AddBlock(block), Action::OpenSession(session), Action::Join(entry)]
}

struct Client {
    store: SqliteStore,
    number: u64,
    seed: u64,
    dice: u64,
    made: u64,
    /// How often it was refused since anything was acknowledged.
    refused: u32,
    /// Its bookings, and whether they are holds.
    own: Vec<(BookingId, bool)>,
}

impl Client {
    fn new(store: SqliteStore, seed: u64, number: u64) -> Self {
        Self { store, number, seed, dice: seed << 16 | number, made: 0, refused: 0, own: Vec::new() }
    }

    fn run(&mut self, commands: u64) -> Outcome {
        let mut count = 0;
        while commands == 0 || count < commands {
            count += 1;
            self.step()?;
        }
        Ok(())
    }

    fn step(&mut self) -> Outcome {
        match (self.roll(10), self.own.is_empty()) {
            (0..=5, _) | (_, true) => self.place(),
            (6, _) => self.move_one(),
            (7 | 8, _) => self.change(|hold| hold.then_some(Change::Confirm), "confirm"),
            (_, _) => self.change(|_| Some(Change::Cancel { fee: None }), "cancel"),
        }
    }

    fn place(&mut self) -> Outcome {
        self.made += 1;
        let id = BookingId::from_u64(self.seed << 40 | self.number << 32 | self.made);
        let visit = self.visit()?;
        let hold = self.roll(2) == 0;
        let initial = if hold { Initial::Held(instant(NOW + 86_400 * 60)) } else { Initial::Confirmed };
        let booking = NewBooking {
            id,
            service: ServiceId::from_u64(1),
            customer: None,
            visit,
            party: 1,
            initial,
            local: local(visit),
            series: None,
            offer_to: None,
            priced: Priced::default(),
            approval: None,
            max_hold: 1_800,
        };
        let placement = Placement { booking, plans: vec![self.plan(visit)], limits: Vec::new() };
        let key =
            IdempotencyKey::new(Operation::Book, &id.to_string(), ContentHash::default().with("id", id))?;
        if self.send(Action::Place(vec![placement]), Some(key), "place")? {
            self.own.push((id, hold));
        }
        Ok(())
    }

    fn move_one(&mut self) -> Outcome {
        let at = self.pick();
        let (booking, _) = self.own[at];
        let visit = self.visit()?;
        let wanted = Relocation {
            booking,
            if_version: None,
            reassign: false,
            visit,
            party: 1,
            local: local(visit),
            priced: Priced::default(),
            plans: vec![self.plan(visit)],
            limits: Vec::new(),
        };
        self.send(Action::Move(wanted), None, "move").map(drop)
    }

    /// Changes one of its bookings, if the change suits it; it is not touched again.
    fn change(&mut self, how: impl FnOnce(bool) -> Option<Change>, word: &str) -> Outcome {
        let at = self.pick();
        let (booking, hold) = self.own.swap_remove(at);
        let Some(change) = how(hold) else { return Ok(()) };
        self.send(Action::Change { booking, if_version: None, change }, None, word).map(drop)
    }

    /// Sends a command and, if it was applied, says so in one line. Answers whether it was.
    fn send(
        &mut self,
        action: Action,
        key: Option<IdempotencyKey>,
        word: &str,
    ) -> Result<bool, Box<dyn Error + Send + Sync>> {
        let actor = Actor::new(format!("client {}", self.number), "crash-writer");
        let now = instant(NOW);
        let (offers, verdicts) = (Vec::new(), Vec::new());
        let command = Command { tenant: TenantId::SINGLE, now, actor, key, action, offers, verdicts };
        match block_on(self.store.commit(&command)) {
            Ok(answer) => {
                let mut out = std::io::stdout().lock();
                for booking in &answer.bookings {
                    writeln!(out, "ack {word} {} {}", booking.id, booking.version)?;
                }
                out.flush()?;
                self.refused = 0;
                Ok(true)
            }
            Err(booking_core::CommitError::NoFit { .. }) if self.refused < PATIENCE => {
                self.refused += 1;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn visit(&mut self) -> Result<Interval, Invalid> {
        let step = self.seed / SHARED % SPANS * STEPS + self.roll(STEPS);
        let start = NOW + 86_400 + i64::try_from(step).unwrap_or(0) * 600;
        Interval::from_seconds(start, start + 1_800)
    }

    fn plan(&mut self, visit: Interval) -> Plan {
        let resource = ResourceId::from_u64(1 + self.roll(RESOURCES));
        let claims =
            PlanClaims::Own(vec![Claim { resource, interval: visit, before: 0, after: 300, units: 1 }]);
        let pick = Pick { requirement: "room".to_owned(), resource, seconds: visit.seconds() };
        Plan { picks: vec![pick], claims, limits: Vec::new() }
    }

    fn pick(&mut self) -> usize {
        usize::try_from(self.roll(self.own.len() as u64)).unwrap_or(0)
    }

    /// A number below `sides` (the splitmix64 generator).
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }
}

fn instant(second: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(second, 0).unwrap_or_default()
}

fn local(visit: Interval) -> LocalStart {
    LocalStart { zone: ZoneId::UTC, wall: visit.start().naive_utc(), tzdata: "drill".to_owned() }
}
