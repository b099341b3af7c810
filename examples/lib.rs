//! Programs that a user would run; see the files beside this one.
