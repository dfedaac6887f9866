//! `cargo run -p provisioner-lab --example lab -- up|down|status`: the hosts of
//! `cluster-specs/lab.yaml`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use provisioner_lab::{LabDefinition, LabHost, Paths, System, down, status, up};

const HOSTS: [(&str, [u8; 4]); 6] = [
    ("m1", [172, 30, 0, 11]),
    ("m2", [172, 30, 0, 12]),
    ("m3", [172, 30, 0, 13]),
    ("w1", [172, 30, 0, 21]),
    ("w2", [172, 30, 0, 22]),
    ("e1", [172, 30, 0, 31]),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let home = std::env::var("HOME")?;
    let paths = Paths::new(format!("{home}/.cache/provisioner"));
    let host = |(name, address): (&str, [u8; 4])| LabHost {
        name: name.to_owned(),
        address: std::net::IpAddr::from(address),
        secondary_address: None,
    };
    let lab = LabDefinition {
        name: "lab".to_owned(),
        system: System::default(),
        hosts: HOSTS.map(host).to_vec(),
        authorized_keys: Vec::new(),
    };
    match std::env::args().nth(1).as_deref() {
        Some("up") => {
            let status = up(&lab, &paths, |event| eprintln!("{event:?}")).await?;
            println!("{}", serde_json::to_string_pretty(&status)?);
        }
        Some("down") => down(&lab.name, &paths).await?,
        Some("status") => {
            println!("{}", serde_json::to_string_pretty(&status(&lab.name, &paths).await?)?);
        }
        _ => return Err("usage: lab up|down|status".into()),
    }
    Ok(())
}
