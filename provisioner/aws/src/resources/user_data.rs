//! User data in the forms that EKS adds its own to.

use provisioner_spec::{AmiFamily, NodeGroup};

const BOUNDARY: &str = "==PROVISIONER==";

/// What a launch template is given: EKS wants MIME for Amazon Linux, and TOML for Bottlerocket
/// ("Customize managed nodes with launch templates").
pub(crate) fn wrapped(group: &NodeGroup) -> Option<String> {
    let text = group.user_data.as_ref()?;
    if group.ami == AmiFamily::Bottlerocket || text.starts_with("MIME-Version:") {
        return Some(text.clone());
    }
    let kind = kind(text);
    Some(format!(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\n\n\
         --{BOUNDARY}\nContent-Type: {kind}\n\n{}\n--{BOUNDARY}--\n",
        text.trim_end()
    ))
}

/// The type of a part, as cloud-init and nodeadm know it by its beginning.
fn kind(text: &str) -> &'static str {
    if text.starts_with("#!") {
        "text/x-shellscript; charset=\"us-ascii\""
    } else if text.contains("apiVersion: node.eks.aws/") {
        "application/node.eks.aws"
    } else {
        "text/cloud-config; charset=\"us-ascii\""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_by_its_beginning() {
        assert!(kind("#!/bin/sh\necho").starts_with("text/x-shellscript"));
        assert_eq!(kind("---\napiVersion: node.eks.aws/v1alpha1\n"), "application/node.eks.aws");
        assert!(kind("#cloud-config\n").starts_with("text/cloud-config"));
    }
}
