//! The worked histories of commands, on the reference store.

#[path = "history_support/mod.rs"]
mod history;

use booking_core::{MemoryStore, Resource, Service, TenantId};
use history::{Stock, histories, run};

impl Stock for MemoryStore {
    fn stock_service(&self, tenant: TenantId, service: Service) {
        self.add_service(tenant, service);
    }

    fn stock_resource(&self, tenant: TenantId, resource: Resource) {
        self.add_resource(tenant, resource);
    }
}

fn check(file: &str, count: usize) {
    let all = histories(file);
    assert_eq!(all.len(), count, "every case of {file}");
    let complaints: Vec<String> = all.iter().flat_map(|history| run(history, MemoryStore::new())).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn capacity_is_peak_use() {
    check("capacity.json", 26);
}

#[test]
fn sessions_and_seats() {
    check("seats.json", 14);
}

#[test]
fn limits_per_customer_resource_and_service() {
    check("limits.json", 17);
}

#[test]
fn life_cycle_holds_keys_series_and_waitlist() {
    check("lifecycle.json", 24);
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let mut history = histories("lifecycle.json").swap_remove(0);
    history.commands[1]["expect"]["version"] = serde_json::json!(7);
    let complaints = run(&history, MemoryStore::new());
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(complaints[0].contains("version is 2, expected 7"), "{complaints:?}");
}
