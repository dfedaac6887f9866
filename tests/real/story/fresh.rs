use provisioner_tests::{Run, figure};

use crate::story::{HOSTS, Story};

/// Everything that logging in, by itself, does not write: sudo marks its first use
/// in the home, systemd answers what the time is from a folder of its own. What is to be a `grep`
/// of a pipe is a shell before, so there is no pipe.
const WRITTEN: &str = "find / -xdev -newer /run/before ! -path '/proc/*' ! -path '/sys/*' \
     ! -path '/run*' ! -path '/tmp*' ! -path '/var/tmp*' ! -path '/var/log/*' ! -path '/var/lib/systemd/*' \
     ! -path '/var/lib/sudo/*' ! -path '/home/*' ! -path '/dev/*'; ss -tlnH; \
     ps -eo comm= >/run/programs; grep -cx sh /run/programs; :";

pub(crate) fn preflight_and_plan_change_nothing(story: &Story) -> Run {
    let look = |host: &&str| story.lab.shell(host, WRITTEN);
    for host in HOSTS {
        story.lab.shell(host, "touch /run/before");
    }
    let before: Vec<String> = HOSTS.iter().map(look).collect();

    let options = ["--bundle", provisioner_tests::bundle().as_str(), "--output", "json"];
    let preflight = story.program.run("preflight", &options).expect(0);
    figure("story", "preflight", format!("{:.1} s", preflight.seconds));
    let plan = story.program.plan().expect(6);
    figure("story", "plan on fresh hosts", format!("{:.1} s", plan.seconds));

    for (host, before) in HOSTS.iter().zip(before) {
        assert_eq!(look(host), before, "what {host} shows after preflight and plan");
    }
    assert!(!plan.changed().is_empty(), "{}", plan.account());
    plan
}
