//! Lets a lab's packets pass the firewall that the machine has already: an accept in a table of
//! one's own does not help where another chain drops (nft(8), "VERDICT STATEMENTS"), as Docker's
//! and most firewalls do. The rules carry the lab's name, and go with it.

use serde::Deserialize;

use crate::command::{SEARCH_PATH, capture, command, finish, run};
use crate::{LabError, names};

#[derive(Deserialize)]
struct Ruleset {
    nftables: Vec<Object>,
}

/// An object of libnftables-json(5), where it is of a kind that matters here.
#[derive(Deserialize)]
struct Object {
    chain: Option<Chain>,
    rule: Option<Rule>,
}

#[derive(Deserialize)]
struct Chain {
    family: String,
    table: String,
    name: String,
    hook: Option<String>,
}

#[derive(Deserialize)]
struct Rule {
    family: String,
    table: String,
    chain: String,
    handle: u64,
    comment: Option<String>,
}

/// Accepts what comes from and goes to the lab's bridge, in every chain that could drop it.
pub(crate) async fn accept(lab: &str) -> Result<(), LabError> {
    withdraw(lab).await?;
    if has_iptables() && iptables_filters().await? {
        for rule in iptables_rules(lab) {
            iptables("-I", &rule).await?;
        }
    }
    nft(&insertions(&ruleset().await?, lab, has_iptables())).await
}

/// Removes the rules of [`accept`], wherever they are.
pub(crate) async fn withdraw(lab: &str) -> Result<(), LabError> {
    if has_iptables() {
        for rule in iptables_rules(lab) {
            while check_iptables(&rule).await? {
                iptables("-D", &rule).await?;
            }
        }
    }
    nft(&deletions(&ruleset().await?, lab)).await
}

async fn ruleset() -> Result<Ruleset, LabError> {
    parse(&run("nft", &["--json", "list", "ruleset"]).await?)
}

fn parse(json: &str) -> Result<Ruleset, LabError> {
    let command = "nft --json list ruleset";
    serde_json::from_str(json).map_err(|source| LabError::Output { command, source })
}

async fn nft(commands: &str) -> Result<(), LabError> {
    if commands.is_empty() {
        return Ok(());
    }
    let mut nft = command("nft");
    nft.args(["-f", "-"]);
    finish(nft, commands).await.map(|_| ())
}

fn insertions(ruleset: &Ruleset, lab: &str, has_iptables: bool) -> String {
    let (bridge, comment) = (names::bridge(lab), names::table(lab));
    let chains = ruleset.nftables.iter().filter_map(|object| object.chain.as_ref());
    let forwards = |chain: &&Chain| {
        let of_ipv4 = ["ip", "inet"].contains(&chain.family.as_str());
        // This one is for iptables to change: it reads only what it could have written.
        let of_iptables = has_iptables && chain.table == "filter" && chain.name == "FORWARD";
        of_ipv4 && chain.hook.as_deref() == Some("forward") && !of_iptables
    };
    let rules = chains.filter(forwards).flat_map(|Chain { family, table, name, .. }| {
        ["iifname", "oifname"].map(|side| {
            format!(
                "insert rule {family} {table} {name} {side} \"{bridge}\" accept comment \"{comment}\"\n"
            )
        })
    });
    rules.collect::<Vec<_>>().concat()
}

fn deletions(ruleset: &Ruleset, lab: &str) -> String {
    let comment = names::table(lab);
    let rules = ruleset.nftables.iter().filter_map(|object| object.rule.as_ref());
    let ours = rules.filter(|rule| rule.comment.as_ref() == Some(&comment));
    let deletions = ours.map(|Rule { family, table, chain, handle, .. }| {
        format!("delete rule {family} {table} {chain} handle {handle}\n")
    });
    deletions.collect::<Vec<_>>().concat()
}

fn has_iptables() -> bool {
    SEARCH_PATH.split(':').any(|folder| camino::Utf8Path::new(folder).join("iptables").exists())
}

/// Whether the chain does anything but let everything pass.
async fn iptables_filters() -> Result<bool, LabError> {
    let rules = run("iptables", &["-w", "-S", "FORWARD"]).await?;
    Ok(rules.trim() != "-P FORWARD ACCEPT")
}

fn iptables_rules(lab: &str) -> [Vec<String>; 2] {
    let (bridge, comment) = (names::bridge(lab), names::table(lab));
    ["-i", "-o"].map(|side| {
        let words = [side, &bridge, "-m", "comment", "--comment", &comment, "-j", "ACCEPT"];
        words.map(str::to_owned).to_vec()
    })
}

async fn iptables(action: &str, rule: &[String]) -> Result<(), LabError> {
    let mut iptables = command("iptables");
    iptables.args(["-w", action, "FORWARD"]).args(rule);
    finish(iptables, "").await.map(|_| ())
}

async fn check_iptables(rule: &[String]) -> Result<bool, LabError> {
    let mut iptables = command("iptables");
    iptables.args(["-w", "-C", "FORWARD"]).args(rule);
    Ok(capture(iptables, "").await?.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULESET: &str = r#"{"nftables": [
        {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
        {"table": {"family": "inet", "name": "filter", "handle": 1}},
        {"chain": {"family": "inet", "table": "filter", "name": "forward", "handle": 2,
                   "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
        {"chain": {"family": "inet", "table": "filter", "name": "helper", "handle": 3}},
        {"chain": {"family": "ip6", "table": "filter", "name": "forward", "handle": 4,
                   "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
        {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "handle": 5,
                   "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
        {"rule": {"family": "inet", "table": "filter", "chain": "forward", "handle": 7,
                  "comment": "provisioner-lab-lab", "expr": [{"accept": null}]}},
        {"rule": {"family": "inet", "table": "filter", "chain": "forward", "handle": 8,
                  "comment": "provisioner-lab-lab-2", "expr": [{"accept": null}]}},
        {"rule": {"family": "inet", "table": "filter", "chain": "forward", "handle": 9,
                  "expr": [{"accept": null}]}}
    ]}"#;

    #[test]
    fn rules_go_into_the_chains_that_could_drop() {
        let ruleset = parse(RULESET).expect("parsed");
        insta::assert_snapshot!(insertions(&ruleset, "lab", true), @r#"
        insert rule inet filter forward iifname "pl-lab" accept comment "provisioner-lab-lab"
        insert rule inet filter forward oifname "pl-lab" accept comment "provisioner-lab-lab"
        "#);
        assert!(insertions(&ruleset, "lab", false).contains("rule ip filter FORWARD"));
    }

    #[test]
    fn only_the_labs_own_rules_are_removed() {
        let ruleset = parse(RULESET).expect("parsed");
        assert_eq!(deletions(&ruleset, "lab"), "delete rule inet filter forward handle 7\n");
    }
}
