//! 現在時刻: handed in by the kernel (the database's clock), never read here.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

/// 現在時刻 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Now(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

impl Now {
    /// Takes the moment the clock showed.
    pub fn new(moment: OffsetDateTime) -> Self {
        Self(moment.to_offset(time::UtcOffset::UTC))
    }

    pub const fn utc(self) -> OffsetDateTime {
        self.0
    }

    /// 日本の暦日.
    pub fn date(self) -> Date {
        crate::jst::jst_date(self.0)
    }
}
