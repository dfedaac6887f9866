//! Playbooks of somebody else's: what is wrong with them, and where they go.

use camino::Utf8Path;
use provisioner_playbook::{Assets, Hook, Library, Place, Playbook, PlaybookError};
use serde_json::json;
use std::collections::BTreeMap;

const PLAYBOOK: &str = "\
name: ntp
hosts: [worker]
steps:
  - name: its configuration
    template: {src: chrony.conf.hbs, dest: /etc/chrony.conf}
    notify: restart chrony
handlers:
  - name: restart chrony
    service: {name: chrony, state: restarted}
";

fn read(text: &str) -> Result<Playbook, PlaybookError> {
    Playbook::read(Utf8Path::new("ntp.yaml"), text)
}

fn hook(place: Place, name: &str) -> Hook {
    let playbook = read(&PLAYBOOK.replace("name: ntp", &format!("name: {name}"))).expect("one");
    let files = BTreeMap::from([("chrony.conf.hbs".to_owned(), b"pool {{host.name}}\n".to_vec())]);
    Hook { place, playbook, files }
}

fn before(at: &str) -> Place {
    Place::Before(at.to_owned())
}

fn after(at: &str) -> Place {
    Place::After(at.to_owned())
}

fn library() -> Library {
    Library::load(Assets::embedded()).expect("the program's own")
}

fn refused(from: &str, to: &str) -> String {
    assert!(PLAYBOOK.contains(from), "{from}");
    read(&PLAYBOOK.replace(from, to)).expect_err("something is wrong").to_string()
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let told = [
        refused("hosts: [worker]\n", ""),
        refused("[worker]", "[workers]"),
        refused("    notify: restart chrony\n", "    file: {dest: /etc/x}\n"),
        refused("service: {name: chrony, state: restarted}", "secret: true"),
        refused("notify: restart chrony", "notify: restart chronyd"),
        refused("/etc/chrony.conf", "\"/etc/{{host.name\""),
        refused("template: {src", "tempalte: {src"),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn beside_a_stage_it_is_a_stage_of_its_own_and_beside_a_playbook_it_is_in_that_ones_stage() {
    let hooks = [
        hook(after("containerd"), "second"),
        hook(before("init"), "first"),
        hook(before("init"), "then"),
        hook(after("finish"), "last"),
        hook(before("containerd"), "zeroth"),
    ];
    let library = library().with_hooks(&hooks).expect("all of them have a place");
    let stages = library.stages().iter();
    let stages = stages.map(|stage| format!("{}: {}", stage.name, stage.playbooks.join(", ")));
    insta::assert_snapshot!(stages.collect::<Vec<_>>().join("\n"));
    assert_eq!(library.playbooks_of("before-init").count(), 2);
}

#[test]
fn its_templates_see_the_context_and_lie_beside_it() {
    let library = library().with_hooks(&[hook(before("init"), "ntp")]).expect("a place");
    let playbook = library.playbooks_of("before-init").next().expect("the hook");
    assert_eq!(playbook.sources().into_iter().collect::<Vec<_>>(), ["chrony.conf.hbs"]);
    let context = json!({"host": {"name": "w1"}});
    let steps = library.steps(playbook, &context, &BTreeMap::new()).expect("they fit");
    assert_eq!(steps.len(), 2);
    let action = format!("{:?}", steps[0].action);
    assert!(action.contains("/etc/chrony.conf"), "{action}");
}

#[test]
fn one_name_is_one_playbook() {
    let twice = [hook(before("init"), "ntp"), hook(after("init"), "ntp")];
    assert!(library().with_hooks(&twice).is_ok(), "the same one at two places");
    let mut other = hook(after("init"), "ntp");
    other.playbook = read(&PLAYBOOK.replace("[worker]", "[edge]")).expect("one");
    let two = library().with_hooks(&[hook(before("init"), "ntp"), other]);
    assert_eq!(two.expect_err("two").to_string(), "two playbooks are called `ntp`");
    let taken = library().with_hooks(&[hook(before("init"), "containerd")]);
    assert_eq!(taken.expect_err("taken").to_string(), "two playbooks are called `containerd`");
    let nowhere = library().with_hooks(&[hook(before("addons"), "ntp")]);
    assert_eq!(nowhere.expect_err("nowhere").to_string(), "ntp: there is no stage `addons`");
}

#[test]
fn the_example_of_the_documentation_is_one() {
    let docs = include_str!("../../../docs/playbooks.md");
    let example = docs.split("```yaml\n# ntp.yaml\n").nth(1).expect("it is there");
    let example = example.split("```").next().expect("its end");
    let playbook = read(example).expect("it is right");
    assert_eq!(playbook.name, "ntp");
}
