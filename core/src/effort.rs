//! How much of a long loop a test does. Miri takes a thousand times as long as a processor: there, a part must do, which still
//! goes each way that the whole goes.

/// `few` under Miri, else `usual`.
pub const fn rounds<T: Copy>(usual: T, few: T) -> T {
    if cfg!(miri) { few } else { usual }
}
