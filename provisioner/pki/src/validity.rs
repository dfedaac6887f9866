use std::time::Duration;

use jiff::Timestamp;

use crate::Error;

/// Certificates begin a little in the past, as kubeadm's do since 1.31 (`CertificateBackdate`), so
/// that a host whose clock lags behind accepts them.
const BACKDATE: Duration = Duration::from_mins(5);

/// RFC 5280, 4.1.2.5: a certificate without an end has 9999-12-31T23:59:59Z.
const LATEST: i64 = 253_402_300_799;

/// From when to when a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Validity {
    /// From a few minutes before `now` until `lifetime` after it.
    ///
    /// # Errors
    /// [`Error::Validity`] when that lies outside of the years 1970 to 9999.
    pub fn starting(now: Timestamp, lifetime: Duration) -> Result<Self, Error> {
        let out_of_range = || Error::Validity { from: now, seconds: lifetime.as_secs() };
        let not_before = now.checked_sub(BACKDATE).map_err(|_| out_of_range())?;
        let not_after = now.checked_add(lifetime).map_err(|_| out_of_range())?;
        if not_before.as_second() < 0 || not_after.as_second() > LATEST || not_after <= now {
            return Err(out_of_range());
        }
        Ok(Self { not_before, not_after })
    }

    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    pub(crate) fn apply(&self, parameters: &mut rcgen::CertificateParams) {
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let at = |time: Timestamp| epoch + Duration::from_secs(time.as_second().unsigned_abs());
        parameters.not_before = at(self.not_before);
        parameters.not_after = at(self.not_after);
    }
}
