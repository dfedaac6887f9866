use super::subject::{Placed, Subject};
use crate::diagnostic::Fault;
use std::{collections::HashMap, fmt::Display, hash::Hash};

pub(super) fn names(subject: &Subject<'_>) {
    let names = subject
        .hosts()
        .filter_map(|host| subject.sound(format!("{}.name", host.path), host.value.name.as_str()));
    once(subject, names, "duplicate-name", "name");
}

pub(super) fn addresses(subject: &Subject<'_>) {
    let all = subject.host_addresses().chain(subject.secondary_addresses());
    once(subject, all, "duplicate-address", "address");
}

fn once<T: Eq + Hash + Display>(
    subject: &Subject<'_>,
    values: impl Iterator<Item = Placed<T>>,
    code: &'static str,
    what: &str,
) {
    let mut seen: HashMap<T, String> = HashMap::new();
    for Placed { path, value } in values {
        let Some(first) = seen.get(&value) else {
            seen.insert(value, path);
            continue;
        };
        let message = format!("two hosts have the {what} {value}");
        let fault = Fault::new(code, message, "the second one")
            .related(subject.place(first), "the first one");
        subject.fault(&path, fault);
    }
}
