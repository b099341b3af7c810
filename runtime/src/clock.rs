//! The clock. In a browser the standard library has none, and panics when it is asked for the time; what is reported
//! there takes no time, and a [`TimeLimit`](crate::callbacks::TimeLimit) is not reached.

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(crate) use self::still::Instant;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use std::time::Instant;

/// A clock that stands still.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod still {
    use core::time::Duration;

    /// How long after the begin.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) struct Instant(Duration);

    impl Instant {
        pub(crate) const fn now() -> Self {
            Self(Duration::ZERO)
        }

        pub(crate) fn elapsed(self) -> Duration {
            Self::now().saturating_duration_since(self)
        }

        pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
            self.0.saturating_sub(earlier.0)
        }

        pub(crate) fn checked_add(self, duration: Duration) -> Option<Self> {
            self.0.checked_add(duration).map(Self)
        }
    }
}
