//! Traffic from outside: two edge nodes share an address, and pass it to one of two gateways. The gateways
//! are stand-ins that say which one they are; the rest is real.

mod gateways;
mod metrics;
mod node_exporter;
mod proxy_protocol;
mod visitor;

use std::time::{Duration, Instant};

use provisioner_tests::{Program, Spec, TestLab, figure};

use self::visitor::Visitor;

/// Far more than it should take: this is against hanging only.
const LIMIT: Duration = Duration::from_secs(30);
/// How many requests may be lost after a power-off once the address answers again: who asks one after the other
/// has at most one in the hands of the dead node when it is taken out of balance.
const LOST: usize = 1;
const EDGES: [&str; 2] = ["e1", "e2"];

#[test]
fn real_edge() {
    let lab = TestLab::new("t-edge", 60, &["m1", "w1", "e1", "e2"]);
    let mut spec = Spec::of(&lab);
    spec.set("spec.hosts.edge.vip", lab.address(101));
    spec.set("spec.hosts.edge.ingress", "istio");
    spec.set_yaml("spec.addons", "{istio: {}, traefik: {}, monitoring: {}}");
    let program = Program::new(&lab, &spec);
    gateways::write(program.home());
    metrics::write(program.home());
    up(&program);

    let vip = lab.address(101);
    let visitor = Visitor::of(&vip);
    assert!(visitor.ask().expect("an answer").starts_with("istio-"), "through the VIP");
    let began = Instant::now();
    metrics::they_are_read_from_elsewhere(&lab);
    node_exporter::install(&lab);
    let took = format!("{:.1} s", began.elapsed().as_secs_f64());
    figure("edge", "metrics read and node-exporter installed", took);
    the_holder_is_powered_off(&lab, &visitor, &vip);
    the_ingress_is_switched(&program, &mut spec, &visitor);
    the_gateway_hears_who_asks(&lab, &program, &mut spec, &vip);
    let again = up(&program);
    assert!(again.changed().is_empty(), "{}", again.account());
    an_edge_node_becomes_a_worker(&lab, &program, &mut spec, &visitor);
    the_edge_is_given_up(&lab, &program, &mut spec);
}

fn the_holder_is_powered_off(lab: &TestLab, visitor: &Visitor, vip: &str) {
    let holds = format!("ip -o address show | grep -qF ' {vip}/'");
    let holder = |host: &&str| lab.try_shell(host, &holds).status.success();
    let holder = EDGES.into_iter().find(holder).expect("one of them holds it");
    let other = if holder == EDGES[0] { EDGES[1] } else { EDGES[0] };
    assert_eq!(node_exporter::holders(lab, &EDGES), [holder]);
    let moves = node_exporter::transitions(lab, other);
    let visits = visitor.visit();
    let off = Instant::now();
    lab.power_off(holder);
    while visitor.ask().is_err() {
        assert!(off.elapsed() < LIMIT, "nobody answers any more");
    }
    // Every second connection may still be lost until the dead node is out of balance.
    visits.until_calm();
    let log = visits.finish();
    let (took, all, lost) =
        (log.outage(off), log.troubles(off).len(), log.troubles_after_an_answer(off));
    figure("edge", "traffic back after a power-off", format!("{:.2} s", took.as_secs_f64()));
    let told = format!("{all}, {} of them after an answer", lost.len());
    figure("edge", "requests lost with a power-off", told);
    assert!(took < LIMIT, "{took:?}");
    assert!(lost.len() <= LOST, "{lost:#?}");
    assert_eq!(node_exporter::holders(lab, &[other]), [other]);
    assert_eq!(node_exporter::transitions(lab, other), moves + 1);
    lab.start(holder);
    lab.wait(holder, "systemctl is-active haproxy keepalived");
    // Its own gateways are there again as well: what follows is about something else.
    for port in gateways::PORTS {
        lab.wait(holder, &format!("bash -c 'exec 3<>/dev/tcp/{}/{port}'", lab.address_of(holder)));
    }
    node_exporter::wait_until_given_up(lab, holder);
    // Whoever comes back takes nothing away.
    assert_eq!(node_exporter::holders(lab, &EDGES), [other]);
}

fn the_ingress_is_switched(program: &Program, spec: &mut Spec, visitor: &Visitor) {
    let (visits, since) = (visitor.visit(), Instant::now());
    for ingress in ["traefik", "istio"] {
        spec.set("spec.hosts.edge.ingress", ingress);
        program.set_spec(spec);
        let began = Instant::now();
        let run = up(program);
        assert!(!run.changed().is_empty(), "{}", run.account());
        figure(
            "edge",
            &format!("switched to {ingress}"),
            format!("{:.1} s", began.elapsed().as_secs_f64()),
        );
        let answer = visitor.ask().expect("an answer");
        assert!(answer.starts_with(&format!("{ingress}-")), "{answer}");
    }
    let log = visits.finish();
    let troubles = log.troubles(since);
    figure(
        "edge",
        "requests while switching",
        format!("{}, failed {}", log.count(), troubles.len()),
    );
    assert!(log.count() > 50, "it has asked all the time");
    assert!(troubles.is_empty(), "no request failed: {troubles:#?}");
}

/// By the PROXY protocol: of the connection itself it only knows the balancer.
fn the_gateway_hears_who_asks(lab: &TestLab, program: &Program, spec: &mut Spec, vip: &str) {
    for host in EDGES {
        proxy_protocol::listen_for_https(lab, host);
    }
    spec.set("spec.hosts.edge.proxyProtocol", true);
    program.set_spec(spec);
    up(program);
    let (client, heard) = proxy_protocol::introduced(vip);
    assert_eq!(heard, client);
}

/// The other one has the address alone, and nothing of the edge is at work on the one that was.
fn an_edge_node_becomes_a_worker(
    lab: &TestLab,
    program: &Program,
    spec: &mut Spec,
    visitor: &Visitor,
) {
    let before = spec.clone();
    let host = |name| format!("{{name: {name}, address: {}}}", lab.address_of(name));
    spec.set_yaml("spec.hosts.workers", &format!("[{}, {}]", host("w1"), host("e2")));
    spec.set_yaml("spec.hosts.edge.nodes", &format!("[{}]", host("e1")));
    program.set_spec(spec);
    up(program);
    assert_eq!(at_rest(lab, "e2"), "inactive inactive");
    assert_eq!(node_exporter::holders(lab, &["e1"]), ["e1"]);
    assert_eq!(roles(lab), "e1");
    visitor.ask().expect("an answer");
    let again = up(program);
    assert!(again.changed().is_empty(), "{}", again.account());

    *spec = before;
    program.set_spec(spec);
    up(program);
    assert_eq!(at_rest(lab, "e2"), "active active");
    assert_eq!(roles(lab), "e1 e2");
}

fn the_edge_is_given_up(lab: &TestLab, program: &Program, spec: &mut Spec) {
    for key in ["vip", "ingress", "proxyProtocol"] {
        spec.remove(&format!("spec.hosts.edge.{key}"));
    }
    // One of these would be the ingress by itself.
    spec.set_yaml("spec.addons", "{monitoring: {}}");
    program.set_spec(spec);
    let run = up(program);
    for host in EDGES {
        assert_eq!(at_rest(lab, host), "inactive inactive", "{}", run.account());
    }
    let again = up(program);
    assert!(again.changed().is_empty(), "{}", again.account());
}

/// What systemd says of `HAProxy` and keepalived.
fn at_rest(lab: &TestLab, host: &str) -> String {
    let said = lab.shell(host, "systemctl is-active haproxy keepalived || :");
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The nodes that the cluster takes for its edge.
fn roles(lab: &TestLab) -> String {
    let script = "kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -l node-role.kubernetes.io/edge \
        -o jsonpath='{.items[*].metadata.name}'";
    lab.shell("m1", script).trim().to_owned()
}

fn up(program: &Program) -> provisioner_tests::Run {
    let bundle = provisioner_tests::bundle().as_str();
    let assets = program.home().join("assets");
    let options = ["--yes", "--output", "json", "--bundle", bundle, "--assets", assets.as_str()];
    program.run("up", &options).expect(0)
}
