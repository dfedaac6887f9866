//! Every name and number that a lab puts into the machine, derived from the lab's and host's names.

/// The longest name of a network interface (`IFNAMSIZ - 1`, if.h).
const INTERFACE_NAME_MAX: usize = 15;
/// The longest name of a machine (`HOST_NAME_MAX`, limits.h).
const MACHINE_NAME_MAX: usize = 64;

/// The bridge of a lab.
pub(crate) fn bridge(lab: &str) -> String {
    let plain = format!("pl-{lab}");
    if plain.len() <= INTERFACE_NAME_MAX {
        return plain;
    }
    // An underscore appears in no lab's name, so this is no other lab's plain name.
    format!("pl_{:012x}", digest(&[lab]) & 0xffff_ffff_ffff)
}

/// The nftables table of a lab.
pub(crate) fn table(lab: &str) -> String {
    format!("provisioner-lab-{lab}")
}

/// The cgroup of a lab, relative to the root of a hierarchy.
pub(crate) fn cgroup(lab: &str) -> String {
    format!("provisioner-lab-{lab}")
}

/// The name that nspawn knows a host by. No lab's name has a dot in it.
pub(crate) fn machine(lab: &str, host: &str) -> String {
    let plain = format!("{lab}.{host}");
    if plain.len() <= MACHINE_NAME_MAX {
        return plain;
    }
    format!("{lab}.{:016x}", digest(&[lab, host]))
}

/// The hardware address of a host's network card, the same each time the lab is made.
pub(crate) fn mac(lab: &str, host: &str) -> String {
    hardware_address(digest(&[lab, host, "mac"]))
}

/// The hardware address of the bridge; without one of its own it would change with its ports.
pub(crate) fn bridge_mac(lab: &str) -> String {
    hardware_address(digest(&[lab, "bridge"]))
}

/// The host's /etc/machine-id (machine-id(5)).
pub(crate) fn machine_id(lab: &str, host: &str) -> String {
    let [high, low] = ["machine-id 1", "machine-id 2"].map(|salt| digest(&[lab, host, salt]));
    format!("{high:016x}{low:016x}")
}

/// The host's firmware identity, in the form of a random UUID (RFC 9562, version 4).
pub(crate) fn product_uuid(lab: &str, host: &str) -> String {
    let [high, low] = ["product 1", "product 2"].map(|salt| digest(&[lab, host, salt]));
    let version = (high & 0xffff_ffff_ffff_0fff) | 0x4000;
    let variant = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
    let (first, last) = (format!("{version:016x}"), format!("{variant:016x}"));
    format!("{}-{}-{}-{}-{}", &first[..8], &first[8..12], &first[12..], &last[..4], &last[4..])
}

/// 64-bit FNV-1a over the parts: stable across builds, unlike the standard library's hasher.
pub(crate) fn digest(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state
}

/// A locally administered unicast address (IEEE 802: second-lowest bit of the first byte).
fn hardware_address(digest: u64) -> String {
    let bytes = digest.to_be_bytes();
    format!(
        "02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}",
        bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable() {
        let all = [
            bridge("lab"),
            bridge("a-very-long-name-of-a-lab"),
            table("lab"),
            machine("lab", "m1"),
            mac("lab", "m1"),
            mac("lab", "m2"),
            bridge_mac("lab"),
            machine_id("lab", "m1"),
            product_uuid("lab", "m1"),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn interface_names_fit() {
        assert!(bridge("a-very-long-name-of-a-lab").len() <= INTERFACE_NAME_MAX);
        assert_eq!(bridge("twelve-chars"), "pl-twelve-chars");
    }

    #[test]
    fn machine_names_fit() {
        let (lab, host) = ("l".repeat(40), "h".repeat(63));
        assert!(machine(&lab, &host).len() <= MACHINE_NAME_MAX);
        assert!(machine(&lab, &host).starts_with(&machine(&lab, "")));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}
