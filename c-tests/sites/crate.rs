//! A Rust program that leaves a segment behind, in a method of a generic type.

use std::ffi::c_int;

unsafe extern "C" {
    fn shmget(key: c_int, size: usize, flags: c_int) -> c_int;
}

mod ring {
    pub struct Buffer<T>(pub T);

    impl<T: Into<usize>> Buffer<T> {
        #[inline(never)]
        pub fn open(self) -> i32 {
            unsafe { super::shmget(0, self.0.into(), 0o1600) }
        }
    }
}

fn main() {
    assert!(ring::Buffer(10_u16).open() >= 0);
    println!("opened");
}
