use provisioner_engine::Failure;
use provisioner_hosts::PreflightReport;
use provisioner_hosts::preflight::{Finding, Severity};

use super::text::{count, indented};
use super::{Palette, steps};

/// All findings, what matters most first, each with its remedy.
pub(crate) fn findings(report: &PreflightReport, palette: Palette) -> String {
    let failures = report.failures.iter().map(|failure| unreachable(failure, palette));
    let of = |severity| report.findings.iter().filter(move |one| one.severity == severity);
    let findings = of(Severity::Error).chain(of(Severity::Warning));
    failures.chain(findings.map(|one| finding(one, palette))).collect()
}

fn unreachable(failure: &Failure, palette: Palette) -> String {
    let bad = palette.bad;
    let host = failure.host.as_deref().unwrap_or(&failure.stage);
    format!("{bad}error{bad:#}: {host}: {}\n", failure.error.trim_end())
        + &steps::output(failure.output.as_deref())
        + &steps::hint(failure.hint.as_deref(), palette)
}

fn finding(finding: &Finding, palette: Palette) -> String {
    let Palette { bad, changed, hint, dim, .. } = palette;
    let style = if finding.severity == Severity::Error { bad } else { changed };
    let mut lines = finding.message.lines();
    let hosts = match finding.hosts.as_slice() {
        [] => String::new(),
        hosts => format!("{}: ", hosts.join(", ")),
    };
    let mut text = format!(
        "{style}{}{style:#}: {hosts}{} {dim}[{}]{dim:#}\n",
        finding.severity,
        lines.next().unwrap_or_default(),
        finding.check,
    );
    text += &indented(&lines.collect::<Vec<_>>().join("\n"), "    ");
    text + &format!("    {hint}remedy{hint:#}: {}\n", finding.remedy)
}

/// Whether `up` would begin.
pub(crate) fn preflight_verdict(report: &PreflightReport, palette: Palette) -> String {
    let number =
        |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let errors = number(Severity::Error) + report.failures.len();
    let warnings = number(Severity::Warning);
    let style = if report.passed() { palette.good } else { palette.bad };
    let verdict = if report.passed() { "passed" } else { "refused" };
    format!(
        "preflight {style}{verdict}{style:#}: {} on {}, {}, {}",
        count(report.checks, "check"),
        count(report.hosts, "host"),
        count(errors, "error"),
        count(warnings, "warning"),
    )
}
