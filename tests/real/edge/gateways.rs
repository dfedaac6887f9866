use camino::Utf8Path;
use fs_err as fs;

/// Of the nodes, where they take connections.
pub(crate) const PORTS: [u16; 2] = [30080, 31080];

/// An addon of the name of a gateway, whose pods tell their own names to whoever asks.
const ADDON: &str = r"
name: NAME
about: Says who it is.
version: 1.0.0
namespace: default
settings: SETTINGS
parts:
  - name: NAME
    manifests: [gateway.yaml.hbs]
";

const ISTIO: &str = "\
{gateway: {type: object, properties: {httpPort: {type: integer, default: 30080}, \
httpsPort: {type: integer, default: 30443}, statusPort: {type: integer, default: 30080}}}}";

const TRAEFIK: &str = "\
{httpPort: {type: integer, default: 31080}, httpsPort: {type: integer, default: 31443}, \
statusPort: {type: integer, default: 31080}}";

const GATEWAY: &str = r#"
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      nodeSelector: {node-role.kubernetes.io/edge: ""}
      tolerations: [{key: node-role.kubernetes.io/edge, operator: Exists, effect: NoSchedule}]
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: provisioner.test/web:1
          imagePullPolicy: Never
          ports:
            - {name: http, containerPort: 8080, hostPort: {{SETTINGShttpPort}}}
"#;

/// Writes both into the assets below a folder.
pub(crate) fn write(folder: &Utf8Path) {
    for (name, settings, path) in
        [("istio", ISTIO, "settings.gateway."), ("traefik", TRAEFIK, "settings.")]
    {
        let folder = folder.join("assets/addons").join(name);
        fs::create_dir_all(&folder).expect("a folder");
        let addon = ADDON.replace("NAME", name).replace("SETTINGS", settings);
        fs::write(folder.join("addon.yaml"), addon).expect("written");
        let gateway = GATEWAY.replace("NAME", name).replace("SETTINGS", path);
        fs::write(folder.join("gateway.yaml.hbs"), gateway).expect("written");
    }
}
