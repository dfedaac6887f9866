use super::{
    cursor::Cursor,
    host::{host, interface},
    network::{address, cidr},
    ssh::{port, ssh},
};
use crate::{
    model::{API_SERVER_PORT, ApiEndpoint, Edge, Host, Hosts, Ingress, Role, Ssh},
    syntax,
};
use std::net::IpAddr;

/// The port of a load balancer on the same host as an API server.
const BALANCED_PORT: u16 = 8443;

const INGRESSES: [(&str, Ingress); 2] = [("istio", Ingress::Istio), ("traefik", Ingress::Traefik)];

pub(super) fn hosts(at: &Cursor<'_>) -> Hosts {
    at.map(|fields| {
        let ssh = fields.section("ssh", |at| ssh(at, &Ssh::default()));
        let list = |role| {
            let ssh = &ssh;
            move |at: &Cursor<'_>| Some(at.list(|at| Some(host(at, role, ssh))))
        };
        let control_plane =
            fields.required("controlPlane", list(Role::ControlPlane)).unwrap_or_default();
        let load_balancers: Vec<Host> =
            fields.optional("loadBalancers", list(Role::LoadBalancer)).unwrap_or_default();
        let is_separate = !load_balancers.is_empty();
        Hosts {
            network: fields.optional("network", cidr),
            api_endpoint: fields
                .section("apiEndpoint", |at| api_endpoint(at, &control_plane, is_separate)),
            workers: fields.optional("workers", list(Role::Worker)).unwrap_or_default(),
            edge: fields.optional("edge", |at| {
                let nodes = list(Role::Edge);
                Some(at.map(|fields| {
                    let vip = fields.optional("vip", address);
                    Edge {
                        interface: fields.optional("interface", interface),
                        router_id: fields
                            .optional("routerId", |at| at.integer(1..=255))
                            .and_then(|id| u8::try_from(id).ok())
                            .or_else(|| vip.map(router_id)),
                        ingress: fields.optional("ingress", |at| at.choice(&INGRESSES)),
                        proxy_protocol: fields
                            .optional("proxyProtocol", Cursor::boolean)
                            .unwrap_or(false),
                        nodes: fields.required("nodes", nodes).unwrap_or_default(),
                        vip,
                    }
                }))
            }),
            control_plane,
            load_balancers,
            ssh,
        }
    })
}

fn api_endpoint(at: &Cursor<'_>, control_plane: &[Host], is_separate: bool) -> ApiEndpoint {
    at.map(|fields| {
        let vip = fields.optional("vip", address);
        let given =
            fields.optional("address", |at| at.valid("invalid-name", "address", syntax::endpoint));
        let first = control_plane.first().map(|host| host.address);
        let shares_host = vip.is_some() && !is_separate;
        let default_port = if shares_host { BALANCED_PORT } else { API_SERVER_PORT };
        ApiEndpoint {
            address: given.or_else(|| Some(vip.or(first)?.to_string())).unwrap_or_default(),
            port: fields.optional("port", port).unwrap_or(default_port),
            interface: fields.optional("interface", interface),
            router_id: fields
                .optional("routerId", |at| at.integer(1..=255))
                .and_then(|id| u8::try_from(id).ok())
                .or_else(|| vip.map(router_id)),
            vip,
        }
    })
}

/// A VRRP router id out of a VIP: its last byte; 0 is no router id (RFC 5798, section 5.2.3).
fn router_id(vip: IpAddr) -> u8 {
    let last = match vip {
        IpAddr::V4(vip) => vip.octets()[3],
        IpAddr::V6(vip) => vip.octets()[15],
    };
    last.max(1)
}
