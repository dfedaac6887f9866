use ipnet::{AddrParseError, IpNet};
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A range of addresses, or one of each family, as Kubernetes writes them: separated by a comma, that
/// of the cluster's primary family first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidrs {
    pub primary: IpNet,
    pub secondary: Option<IpNet>,
}

impl Cidrs {
    pub fn all(self) -> impl Iterator<Item = IpNet> {
        std::iter::once(self.primary).chain(self.secondary)
    }

    pub fn ipv4(self) -> Option<IpNet> {
        self.all().find(|range| range.addr().is_ipv4())
    }

    pub fn ipv6(self) -> Option<IpNet> {
        self.all().find(|range| range.addr().is_ipv6())
    }

    pub fn is_dual_stack(self) -> bool {
        self.secondary.is_some()
    }
}

impl From<IpNet> for Cidrs {
    fn from(primary: IpNet) -> Self {
        Self { primary, secondary: None }
    }
}

impl FromStr for Cidrs {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        let (primary, secondary) =
            text.split_once(',').map_or((text, None), |(first, second)| (first, Some(second)));
        let range = |text: &str| text.trim().parse::<IpNet>();
        Ok(Self { primary: range(primary)?, secondary: secondary.map(range).transpose()? })
    }
}

impl fmt::Display for Cidrs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.primary)?;
        self.secondary.map_or(Ok(()), |secondary| write!(f, ",{secondary}"))
    }
}

impl Serialize for Cidrs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
