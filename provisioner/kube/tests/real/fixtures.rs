//! Addons that exist for tests only.

/// Own manifests: a kind, an object of it, a `ConfigMap` with a setting, and one that may be left out.
pub(crate) const GREETING: &[(&str, &str)] = &[
    (
        "greeting/addon.yaml",
        r"
name: greeting
about: Says hello.
version: 1.0.0
namespace: greetings
settings:
  text: {type: string, default: hello, description: What it says.}
  extra: {type: boolean, default: true, description: Whether it says more.}
  password: {type: object, format: secret, description: What it does not say.}
parts:
  - name: greeting
    manifests: [objects.yaml.hbs]
",
    ),
    (
        "greeting/objects.yaml.hbs",
        r#"
apiVersion: example.com/v1
kind: Greeting
metadata: {name: first}
spec: {text: {{json settings.text}}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: greetings.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Greeting, plural: greetings, singular: greeting}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {text: {type: string}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {text: {{json settings.text}}}
{{#if settings.extra}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
data: {more: "yes"}
{{/if}}
{{#if settings.password}}
---
apiVersion: v1
kind: Secret
metadata: {name: password}
stringData: {password: {{json settings.password}}}
{{/if}}
"#,
    ),
];

/// A chart of ours beside its addon.
pub(crate) const CHARTED: &[(&str, &str)] = &[
    (
        "charted/addon.yaml",
        r"
name: charted
about: A chart.
version: 0.1.0
namespace: charted
settings:
  text: {type: string, default: hello, description: What it says.}
  extra: {type: boolean, default: true, description: Whether it says more.}
parts:
  - name: charted
    chart: {name: hello, version: 0.1.0}
    values: values.yaml.hbs
",
    ),
    ("charted/values.yaml.hbs", "text: {{json settings.text}}\nextra: {{settings.extra}}\n"),
    ("charted/hello/Chart.yaml", CHART),
    ("charted/hello/values.yaml", "text: nothing\nextra: false\n"),
    ("charted/hello/templates/objects.yaml", TEMPLATE),
    ("charted/hello/crds/thing.yaml", KIND),
];

/// The same chart out of a repository.
pub(crate) const FETCHED: &[(&str, &str)] = &[(
    "fetched/addon.yaml",
    r"
name: fetched
about: A chart out of a repository.
version: 0.1.0
namespace: fetched
parts:
  - name: fetched
    chart: {repository: REPOSITORY, name: hello, version: 0.1.0}
",
)];

pub(crate) const CHART: &str = "apiVersion: v2\nname: hello\nversion: 0.1.0\n";

/// What is random is made anew by every rendering.
pub(crate) const TEMPLATE: &str = r"
apiVersion: v1
kind: ConfigMap
metadata: {name: hello}
data: {text: {{ .Values.text | quote }}}
---
apiVersion: v1
kind: Secret
metadata: {name: random}
stringData: {value: {{ randAlphaNum 20 | quote }}}
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
data: {version: {{ .Capabilities.KubeVersion.Version | quote }}}
{{- end }}
";

pub(crate) const KIND: &str = r"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Thing, plural: things, singular: thing}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
";

/// Something that runs, for what is waited for.
pub(crate) const RUNNING: &[(&str, &str)] = &[
    (
        "running/addon.yaml",
        r#"
name: running
about: Something that runs.
version: 1.0.0
namespace: default
settings:
  image: {type: string, default: "registry.invalid/web:1", description: Which image.}
parts:
  - name: running
    manifests: [deployment.yaml.hbs]
    patience: 4
"#,
    ),
    (
        "running/deployment.yaml.hbs",
        r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: {{json settings.image}}}]
",
    ),
];

/// Manifests of somebody else's.
pub(crate) const PUBLISHED: &[(&str, &str)] = &[(
    "published/addon.yaml",
    r"
name: published
about: What somebody else publishes.
version: 1.2.0
namespace: default
parts:
  - name: things
    published: {repository: REPOSITORY, file: v1.2.0/install.yaml, name: things, version: 1.2.0}
",
)];

/// A chart whose releases can be beside one another.
pub(crate) const REVISED: &[(&str, &str)] = &[
    (
        "revised/addon.yaml",
        r#"
name: revised
about: A chart with revisions.
version: 0.1.0
namespace: revised
settings:
  revision: {type: string, description: Which one.}
parts:
  - name: "revised{{#if settings.revision}}-{{settings.revision}}{{/if}}"
    chart: {name: hello, version: 0.1.0}
    untilPruned: true
"#,
    ),
    ("revised/hello/Chart.yaml", CHART),
    (
        "revised/hello/templates/objects.yaml",
        r"
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}, labels: {of: revised}}
",
    ),
];
