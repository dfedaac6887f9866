use super::{Invalid, length, only};
use crate::model::{CapacityReservation, EksVersion};

/// A region, such as `us-west-2` or `us-gov-east-1`.
pub(crate) fn region(text: &str) -> Result<String, Invalid> {
    length(text, 30)?;
    only(text, is_lower, "lower-case letters, digits and `-`")?;
    let parts: Vec<_> = text.split('-').collect();
    let is_number = |part: &&str| part.len() == 1 && part.starts_with(|c: char| c.is_ascii_digit());
    if parts.len() >= 3 && parts.last().is_some_and(is_number) {
        return Ok(text.to_owned());
    }
    let invalid = Invalid::new("must be a region such as `us-west-2`");
    let trimmed = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let is_zone = trimmed != text && trimmed.ends_with(|c: char| c.is_ascii_digit());
    Err(if is_zone { invalid.hint(format!("without the zone: `{trimmed}`")) } else { invalid })
}

/// An availability zone, such as `us-west-2a`.
pub(crate) fn zone(text: &str) -> Result<String, Invalid> {
    let in_region = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    if in_region.len() + 1 == text.len() && region(in_region).is_ok() {
        return Ok(text.to_owned());
    }
    Err(Invalid::new("must be a zone such as `us-west-2a`"))
}

/// An account: 12 digits.
pub(crate) fn account(text: &str) -> Result<String, Invalid> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new("must be the 12 digits of an account").hint("without dashes between them"))
}

/// Any ARN: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
pub(crate) fn arn(text: &str) -> Result<String, Invalid> {
    length(text, 1600)?;
    if text.starts_with("arn:")
        && text.splitn(6, ':').filter(|part| !part.contains(' ')).count() == 6
    {
        return Ok(text.to_owned());
    }
    Err(Invalid::new("must be an ARN: `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`"))
}

/// The ARN of an IAM role.
pub(crate) fn role_arn(text: &str) -> Result<String, Invalid> {
    of_iam(text, &["role/"], "must be the ARN of a role: `arn:aws:iam::ACCOUNT:role/NAME`")
}

/// The ARN of an IAM policy.
pub(crate) fn policy_arn(text: &str) -> Result<String, Invalid> {
    of_iam(text, &["policy/"], "must be the ARN of a policy: `arn:aws:iam::aws:policy/NAME`")
}

/// The ARN of a user or role.
pub(crate) fn principal_arn(text: &str) -> Result<String, Invalid> {
    let assumed = text.contains(":sts:") && text.contains(":assumed-role/");
    of_iam(text, &["role/", "user/"], "must be the ARN of a role or a user").map_err(|invalid| {
        if assumed { invalid.hint("of the role itself, not of a session of it") } else { invalid }
    })
}

fn of_iam(text: &str, kinds: &[&str], reason: &str) -> Result<String, Invalid> {
    arn(text)?;
    let parts: Vec<_> = text.splitn(6, ':').collect();
    match parts[..] {
        [_, _, "iam", _, _, resource] if kinds.iter().any(|kind| resource.starts_with(kind)) => {
            Ok(text.to_owned())
        }
        _ => Err(Invalid::new(reason)),
    }
}

/// Which service accounts a role is for; `*` and `?` stand for others.
pub(crate) fn subject_pattern(text: &str) -> Result<String, Invalid> {
    const PREFIX: &str = "system:serviceaccount:";
    length(text, 400)?;
    let rest = text.strip_prefix(PREFIX).unwrap_or_default();
    only(rest, |c| is_lower(c) || is_wildcard(c) || ":.".contains(c), "names, `*` and `?`")?;
    match rest.split_once(':') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => Ok(text.to_owned()),
        _ if rest == "*" => Ok(text.to_owned()),
        _ => Err(Invalid::new("must be such as `system:serviceaccount:NAMESPACE:*`")),
    }
}

/// The ARN of a KMS key.
pub(crate) fn key_arn(text: &str) -> Result<String, Invalid> {
    arn(text)?;
    if text.split(':').nth(2) == Some("kms") {
        return Ok(text.to_owned());
    }
    Err(Invalid::new("must be the ARN of a KMS key: `arn:aws:kms:REGION:ACCOUNT:key/ID`"))
}

/// What EBS knows a KMS key by: its ARN, its id, or its alias.
pub(crate) fn volume_key(text: &str) -> Result<String, Invalid> {
    let id = text.strip_prefix("mrk-").unwrap_or(text);
    let is_id = [32, 36].contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_name = |name: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte);
        !name.is_empty() && name.bytes().all(fits)
    };
    if is_id || text.strip_prefix("alias/").is_some_and(is_name) {
        return Ok(text.to_owned());
    }
    key_arn(text)
}

/// The id of a resource of EC2: a prefix and hexadecimal digits.
pub(crate) fn id(prefix: &'static str) -> impl Fn(&str) -> Result<String, Invalid> {
    move |text| {
        let rest = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
        let is_hex = |rest: &str| {
            (8..=32).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if rest.is_some_and(is_hex) {
            return Ok(text.to_owned());
        }
        Err(Invalid::new(format!("must be an id such as `{prefix}-0a1b2c3d4e5f67890`")))
    }
}

/// The name of the device of a disk.
pub(crate) fn device(text: &str) -> Result<String, Invalid> {
    let rest = ["/dev/sd", "/dev/xvd"].into_iter().find_map(|prefix| text.strip_prefix(prefix));
    let is_name = |rest: &str| {
        (1..=3).contains(&rest.len()) && rest.starts_with(|c: char| c.is_ascii_lowercase())
    };
    if rest.is_some_and(is_name) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new("must be the name of a device such as `/dev/sdf`"))
}

/// Which reserved capacity is taken.
pub(crate) fn capacity_reservation(text: &str) -> Result<CapacityReservation, Invalid> {
    match text {
        "open" => Ok(CapacityReservation::Open),
        "none" => Ok(CapacityReservation::None),
        "only" => Ok(CapacityReservation::Only),
        _ if text.starts_with("arn:") => resource_group(text).map(CapacityReservation::Group),
        _ => id("cr")(text).map(CapacityReservation::Id).map_err(|_| {
            Invalid::new("must be `open`, `none`, `only`, the id of a reservation, or an ARN")
        }),
    }
}

/// The ARN of a resource group.
pub(crate) fn resource_group(text: &str) -> Result<String, Invalid> {
    arn(text)?;
    if text.split(':').nth(2) == Some("resource-groups") {
        return Ok(text.to_owned());
    }
    Err(Invalid::new(
        "must be the ARN of a resource group: `arn:aws:resource-groups:REGION:ACCOUNT:group/NAME`",
    ))
}

/// An instance type: `m5.large`.
pub(crate) fn instance_type(text: &str) -> Result<String, Invalid> {
    length(text, 40)?;
    only(text, |c| c == '.' || is_lower(c), "lower-case letters, digits, `-` and one `.`")?;
    match text.split_once('.') {
        Some((family, size)) if !family.is_empty() && !size.is_empty() && !size.contains('.') => {
            Ok(text.to_owned())
        }
        _ => Err(Invalid::new("must be an instance type such as `m5.large`")),
    }
}

/// The release of an AMI for nodes: `1.36.4-20260923` of Amazon Linux, `1.49.0-713f44ce` of Bottlerocket.
pub(crate) fn release_version(text: &str) -> Result<String, Invalid> {
    length(text, 40)?;
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let is_build = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_hexdigit());
    match text.split_once('-') {
        Some((version, build))
            if version.split('.').count() == 3
                && version.split('.').all(is_number)
                && is_build(build) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(Invalid::new("must be a release such as `1.36.4-20260923` or `1.49.0-713f44ce`")),
    }
}

/// The name of a cluster or a node group: what EKS allows (`^[0-9A-Za-z][A-Za-z0-9_-]*$`).
pub(crate) fn eks_name(text: &str) -> Result<String, Invalid> {
    // Node groups get 63; a cluster could have 100, but is part of other names as well.
    length(text, 63)?;
    only(text, |c| c.is_ascii_alphanumeric() || "-_".contains(c), "letters, digits, `-` and `_`")?;
    if text.starts_with(['-', '_']) {
        return Err(Invalid::new("it must begin with a letter or a digit"));
    }
    Ok(text.to_owned())
}

/// A namespace in a selector of a Fargate profile; `*` and `?` stand for others.
pub(crate) fn namespace_pattern(text: &str) -> Result<String, Invalid> {
    length(text, 63)?;
    only(
        text,
        |c| is_lower(c) || is_wildcard(c),
        "lower-case letters, digits, `-`, and `*` and `?` for others",
    )?;
    Ok(text.to_owned())
}

/// The value of a label in such a selector.
pub(crate) fn label_pattern(text: &str) -> Result<String, Invalid> {
    if !text.is_empty() {
        length(text, 63)?;
        only(
            text,
            |c| c.is_ascii_alphanumeric() || "-_.".contains(c) || is_wildcard(c),
            "letters, digits, `-`, `_`, `.`, and `*` and `?` for others",
        )?;
    }
    Ok(text.to_owned())
}

/// The name of an IAM role (`[\w+=,.@-]{1,64}`).
pub(crate) fn role_name(text: &str) -> Result<String, Invalid> {
    length(text, 64)?;
    only(
        text,
        |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
        "letters, digits and `_+=,.@-`",
    )?;
    Ok(text.to_owned())
}

/// The name of a placement group.
pub(crate) fn placement_group(text: &str) -> Result<String, Invalid> {
    length(text, 255)?;
    only(text, |c| c.is_ascii_graphic() || c == ' ', "letters, digits, spaces and punctuation")?;
    Ok(text.to_owned())
}

/// The version of an addon: `v1.19.2-eksbuild.1`.
pub(crate) fn addon_version(text: &str) -> Result<String, Invalid> {
    length(text, 100)?;
    only(text, |c| c.is_ascii_alphanumeric() || "-._+".contains(c), "letters, digits, `-`, `.`")?;
    if text.starts_with('v') && text[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new("must be `default`, `latest`, or a version such as `v1.19.2-eksbuild.1`"))
}

/// A version of Kubernetes on EKS: `1.36`.
pub(crate) fn eks_version(text: &str) -> Result<EksVersion, Invalid> {
    text.parse().map_err(|()| Invalid::new("must be a version such as `1.36`"))
}

/// The key of a tag. Those of AWS itself and of this program are not to be chosen.
pub(crate) fn tag_key(text: &str) -> Result<String, Invalid> {
    length(text, 128)?;
    only(text, is_tag_char, "letters, digits, spaces and `_.:/=+-@`")?;
    if text.to_lowercase().starts_with("aws:") {
        return Err(Invalid::new("tags that begin with `aws:` are AWS's own"));
    }
    if text.starts_with("provisioner.dev/") {
        return Err(Invalid::new("this program knows its own resources by these tags"));
    }
    if text.starts_with("kubernetes.io/cluster/") {
        return Err(Invalid::new("EKS knows the resources of a cluster by these tags"));
    }
    Ok(text.to_owned())
}

/// The value of a tag; it may be empty.
pub(crate) fn tag_value(text: &str) -> Result<String, Invalid> {
    if !text.is_empty() {
        length(text, 256)?;
        only(text, is_tag_char, "letters, digits, spaces and `_.:/=+-@`")?;
    }
    Ok(text.to_owned())
}

fn is_lower(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn is_wildcard(c: char) -> bool {
    c == '*' || c == '?'
}

fn is_tag_char(c: char) -> bool {
    c.is_alphanumeric() || " _.:/=+-@".contains(c)
}
