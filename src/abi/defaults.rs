//! What the program may bring itself. Only declared here, for the header: it is reached as a weak symbol.

use libc::c_char;

unsafe extern "C" {
    /// A program may define this function to bring options of its own, as in SHMSAN_OPTIONS, which wins over them:
    /// `return "trace=1:log_path=trace";`. No program needs it.
    ///
    /// It is called once: when the library is loaded, which is before main, or at the first call of the five
    /// if that comes earlier. Constructors may not have run yet, so it should do no more than return a
    /// literal. shmget and the like, called in it, go straight to the kernel. It is called in set-user-ID
    /// programs too, where SHMSAN_OPTIONS is not read.
    ///
    /// It is found in a program that is linked with shmsan; under LD_PRELOAD where the program exports its
    /// functions (`-rdynamic`).
    ///
    /// Returns a string that stays as it is, or NULL for no options.
    #[expect(dead_code, reason = "the declaration is the header's")]
    pub fn shmsan_default_options() -> *const c_char;

    /// A program may define this, to bring suppressions of its own: what is known and need not be said, one a line,
    /// as in `return "leaked-segment:make_queue\nkey:0x162e";`. They are used after those of the user's file.
    ///
    /// It is called once, with the first finding, and may do no more than return a literal. It is found as
    /// shmsan_default_options is.
    ///
    /// Returns a string that stays as it is, or NULL.
    #[expect(dead_code, reason = "the declaration is the header's")]
    pub fn shmsan_default_suppressions() -> *const c_char;
}
