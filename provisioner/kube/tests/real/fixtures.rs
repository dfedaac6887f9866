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

/// Namespaces of others, with a label of ours.
pub(crate) const LABELLED: &[(&str, &str)] = &[
    (
        "labelled/addon.yaml",
        r"
name: labelled
about: Labels namespaces.
version: 1.0.0
namespace: default
settings:
  namespaces: {type: array, items: {type: string}, default: [], description: Which ones.}
parts:
  - name: labelled
    manifests: [namespaces.yaml.hbs]
",
    ),
    (
        "labelled/namespaces.yaml.hbs",
        r"
{{#each settings.namespaces}}
---
apiVersion: v1
kind: Namespace
metadata: {name: {{json this}}, labels: {meshed: 'yes'}}
{{/each}}
",
    ),
];

/// Objects of which something cannot be changed.
pub(crate) const IMMUTABLE: &[(&str, &str)] = &[
    (
        "immutable/addon.yaml",
        r"
name: immutable
about: Made once.
version: 1.0.0
namespace: default
settings:
  server: {type: string, default: one.example, description: Where volumes are.}
  role: {type: string, default: view, description: What everybody may.}
parts:
  - name: immutable
    manifests: [objects.yaml.hbs]
",
    ),
    (
        "immutable/objects.yaml.hbs",
        r"
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: made}
provisioner: made.example
parameters: {server: {{json settings.server}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: made}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{json settings.role}}}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: made}]
",
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
  job: {type: boolean, default: false, description: Whether a Job belongs to it.}
  hook: {type: boolean, default: false, description: Whether helm waits for a Job.}
  kind: {type: boolean, default: false, description: Whether helm leaves a kind of it.}
parts:
  - name: charted
    chart: {name: hello, version: 0.1.0}
    values: values.yaml.hbs
    patience: 12
",
    ),
    (
        "charted/values.yaml.hbs",
        "text: {{json settings.text}}\nextra: {{settings.extra}}\njob: {{settings.job}}\nhook: {{settings.hook}}\nkind: {{settings.kind}}\n",
    ),
    ("charted/hello/Chart.yaml", CHART),
    (
        "charted/hello/values.yaml",
        "text: nothing\nextra: false\njob: false\nhook: false\nkind: false\n",
    ),
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
pub(crate) const TEMPLATE: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: hello}
data: {text: {{ .Values.text | quote }}}
---
apiVersion: v1
kind: Secret
metadata: {name: random}
stringData: {value: {{ randAlphaNum 20 | quote }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: first}
data: {policy: {{ .Release.IsUpgrade | ternary "later" "first" | quote }}}
{{- if .Values.job }}
---
apiVersion: batch/v1
kind: Job
metadata: {name: prepare}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: prepare, image: "registry.invalid/prepare:1"}]
{{- end }}
{{- if .Values.kind }}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: keepsakes.example.com, annotations: {helm.sh/resource-policy: keep}}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Keepsake, plural: keepsakes, singular: keepsake}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
{{- end }}
{{- if .Values.hook }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: settle
  annotations: {helm.sh/hook: "post-install,post-upgrade"}
spec:
  template:
    metadata: {labels: {app: settle}}
    spec:
      restartPolicy: Never
      containers: [{name: settle, image: "registry.invalid/settle:1"}]
{{- end }}
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
data: {version: {{ .Capabilities.KubeVersion.Version | quote }}}
{{- end }}
"#;

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

const RUNNING_ADDON: &str = r#"
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
"#;

/// Something that runs, for what is waited for.
pub(crate) const RUNNING: &[(&str, &str)] = &[
    ("running/addon.yaml", RUNNING_ADDON),
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

/// The same with a volume.
pub(crate) const CLAIMING: &[(&str, &str)] = &[
    ("running/addon.yaml", RUNNING_ADDON),
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
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  storageClassName: nfs
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
",
    ),
];
