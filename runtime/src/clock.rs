//! The clock. In a browser the standard library has none, and panics when it is asked for the time; what is reported
//! there takes no time, and no [`TimeLimit`](crate::callbacks::TimeLimit) is reached.

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(crate) use self::still::Instant;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use std::time::Instant;

/// A clock that stands still.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod still {
    use core::time::Duration;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) struct Instant;

    impl Instant {
        pub(crate) const fn now() -> Self {
            Self
        }

        pub(crate) const fn elapsed(&self) -> Duration {
            Duration::ZERO
        }

        pub(crate) const fn saturating_duration_since(&self, _: Self) -> Duration {
            Duration::ZERO
        }

        /// There is no later time.
        pub(crate) const fn checked_add(&self, _: Duration) -> Option<Self> {
            None
        }
    }
}
