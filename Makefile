# The two things a newcomer does: `make demo`, `make test`. Everything else is cargo.

# Outside of the checkout, so that a fresh clone builds quickly as well.
CACHE ?= $(HOME)/.cache/provisioner
export CARGO_TARGET_DIR ?= $(CACHE)/target

KUBERNETES ?= 1.20.2
MADE = $(CACHE)/kubernetes/$(KUBERNETES)
BUNDLE ?= $(CACHE)/bundle-$(KUBERNETES)
SPEC ?= cluster-specs/lab.yaml
KUBECONFIG_FILE ?= $(CACHE)/demo-kubeconfig.yaml
PROVISIONER = $(CARGO_TARGET_DIR)/debug/provisioner

# vagrant/small.yaml: where there is no hardware acceleration, or no internet but a Debian mirror.
VAGRANT_SPEC ?= vagrant/cluster.yaml
ifeq ($(notdir $(VAGRANT_SPEC)),small.yaml)
VAGRANT_FROM = --bundle $(BUNDLE) --assets vagrant/assets
vagrant-demo: bundle
endif

.PHONY: help demo demo-down demo-eks vagrant-up vagrant-demo vagrant-destroy vagrant-test vagrant-tools build bundle test lint soak bench tools rust checkout nextest

help: ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

demo: build bundle ## a highly available cluster on six local hosts, from nothing
	$(PROVISIONER) lab up -f $(SPEC) --install-missing
	$(PROVISIONER) up -f $(SPEC) --bundle $(BUNDLE) --yes
	$(PROVISIONER) kubeconfig -f $(SPEC) --out $(KUBECONFIG_FILE)
	$(BUNDLE)/bin/kubectl --kubeconfig $(KUBECONFIG_FILE) get nodes -o wide
	@echo
	@echo "Yours to try:  export KUBECONFIG=$(KUBECONFIG_FILE)"
	@echo "               $(BUNDLE)/bin/kubectl get pods -A"
	@echo "               $(PROVISIONER) status -f $(SPEC)"
	@echo "Over with:     make demo-down"

demo-down: build ## removes all of the demo, bridge and firewall rules included
	$(PROVISIONER) lab down -f $(SPEC)
	rm -f $(KUBECONFIG_FILE)

demo-eks: build ## the life of a cluster on EKS, against a stand-in for AWS
	tests/aws/demo $(PROVISIONER)

vagrant-up: ## the hosts of a spec as virtual machines (libvirt or VirtualBox)
	SPEC=$(VAGRANT_SPEC) vagrant/lab up

vagrant-demo: build vagrant-up ## a cluster on them
	$(PROVISIONER) up -f $(VAGRANT_SPEC) $(VAGRANT_FROM) --accept-new-host-keys --yes

vagrant-destroy: ## removes them
	SPEC=$(VAGRANT_SPEC) vagrant/lab destroy

vagrant-test: build bundle vagrant-tools ## IPVS, NFS and a reboot, seen on virtual machines
	PROVISIONER=$(PROVISIONER) BUNDLE=$(BUNDLE) tests/vagrant/run

# Debian's own Vagrant, its libvirt, and what the box is made with.
vagrant-tools: tools
	@$(call install,vagrant vagrant-libvirt libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils \
		dnsmasq-base mmdebstrap e2fsprogs openssh-client procps)

build: tools rust checkout ## the program, for trying it out
	cargo build --locked -p provisioner-cli

# Everything the lab's hosts need beyond Debian's packages.
bundle: build $(BUNDLE)/bundle.yaml ## what the hosts get instead of the internet

$(BUNDLE)/bundle.yaml: $(MADE)/.stamp | build
	$(PROVISIONER) bundle create --kubernetes-version $(KUBERNETES) --bin $(MADE)/bin --images $(MADE)/images -o $(BUNDLE)

# Kubernetes, made once out of Debian's own sources.
$(MADE)/.stamp: tests/kubernetes/build $(wildcard tests/kubernetes/lib/*.sh) | tools
	@KUBERNETES_VERSION=v$(KUBERNETES) tests/kubernetes/build $(MADE)
	@touch $@

test: build bundle nextest ## the whole test suite, on real hosts too
	cargo nextest run --locked --workspace --test-threads $$((2 * $$(nproc)))

soak: build bundle nextest ## the tests that take hours: many more interrupted runs
	KILLS=50 REPLACED=3 LIVES=all cargo nextest run --locked --profile soak --workspace --run-ignored all -E 'package(provisioner-tests)'
	cargo nextest run --locked --profile soak --workspace --run-ignored only -E 'package(provisioner-tests-aws)'

bench: build bundle nextest ## how fast, measured side by side
	tests/bench/run
	tests/bench/eks

lint: tools rust checkout ## what a reviewer need not say
	@if cargo fmt --version >/dev/null 2>&1; then cargo fmt --all --check; else echo "no rustfmt: layout is not checked"; fi
	@if cargo clippy --version >/dev/null 2>&1; then cargo clippy --locked --workspace --all-targets -- -D warnings; \
	else echo "no clippy: Rust is not linted"; fi
	@if command -v shellcheck >/dev/null; then tests/lint-shell; else echo "no shellcheck: shell is not checked"; fi
	@if command -v ruby >/dev/null; then tests/vagrant/definition; else echo "no ruby: vagrant/Vagrantfile is not tried"; fi
	@if cargo deny --version >/dev/null 2>&1; then cargo deny check; else echo "no cargo-deny: dependencies are not checked"; fi

# What building and testing need of a Debian machine.
tools:
	@$(call install,gcc libc6-dev make sudo procps openssh-server openssh-client shellcheck systemd-container mmdebstrap \
		nftables iproute2 curl ca-certificates xz-utils python3-venv python3-pip)

# Debian 12 carries a current Rust beside its own one of 2022: its browsers are built with it.
rust: tools
	@command -v cargo >/dev/null || { $(call install,rustc-web cargo-web); } || { \
		echo "There is no Rust here, and none among this system's packages. https://rustup.rs has it." >&2; exit 1; }

# What another checkout has built into the same folder, cargo takes for this one's where it is newer than the files here.
checkout:
	@mkdir -p $(CARGO_TARGET_DIR); \
	[ "$$(cat $(CARGO_TARGET_DIR)/checkout 2>/dev/null)" = "$(CURDIR)" ] || { \
		find provisioner tests -name '*.rs' -exec touch {} + && echo "$(CURDIR)" >$(CARGO_TARGET_DIR)/checkout; }

# Packages of Debian that are not there yet.
define install
missing=$$(for name in $(1); do \
	dpkg-query -W -f '$${db:Status-Status}\n' $$name 2>/dev/null | grep -qx installed || echo $$name; done); \
[ -z "$$missing" ] || { echo "installing" $$missing; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; }
endef

nextest: rust
	@cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest
