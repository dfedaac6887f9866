//! Versions of an addon, and which of them is wanted.

use provisioner_spec::AddonVersion;

/// The versions of an addon for a version of Kubernetes, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Versions {
    pub(crate) all: Vec<String>,
    pub(crate) default: Option<String>,
}

impl Versions {
    /// The version that is wanted. An installed one that goes with this version of Kubernetes, and is
    /// no older than the default one, stays.
    pub(super) fn wanted(&self, wish: &AddonVersion, installed: Option<&str>) -> Option<String> {
        let default = self.default.as_ref().or(self.all.first());
        match wish {
            AddonVersion::Exact(version) => Some(version.clone()),
            AddonVersion::Latest => self.all.first().cloned(),
            AddonVersion::Default => {
                let place = |name: &str| self.all.iter().position(|version| version == name);
                let is_good = |installed: &&str| {
                    place(installed)
                        .is_some_and(|it| default.and_then(|one| place(one)) >= Some(it))
                };
                installed.filter(is_good).map(str::to_owned).or(default.cloned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_version_stays_while_it_is_good() {
        let versions = Versions {
            all: ["v3", "v2", "v1"].map(str::to_owned).to_vec(),
            default: Some("v2".to_owned()),
        };
        let wanted = |wish, installed| versions.wanted(&wish, installed).unwrap();
        assert_eq!(wanted(AddonVersion::Default, None), "v2");
        assert_eq!(wanted(AddonVersion::Default, Some("v3")), "v3");
        assert_eq!(wanted(AddonVersion::Default, Some("v1")), "v2");
        assert_eq!(wanted(AddonVersion::Default, Some("v0")), "v2");
        assert_eq!(wanted(AddonVersion::Latest, Some("v2")), "v3");
        assert_eq!(wanted(AddonVersion::Exact("v1".to_owned()), Some("v2")), "v1");
    }
}
