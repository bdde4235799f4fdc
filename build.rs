//! The C header from the Rust exports, and how the shared library is linked.

use std::path::Path;
use std::{env, fs};

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    generate_header(Path::new(&out));
    link_shared_library(Path::new(&out));
}

/// Into OUT_DIR only: `make header` copies it, a test compares.
fn generate_header(out: &Path) {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    match cbindgen::generate(root) {
        Ok(header) => {
            let mut text = Vec::new();
            header.write(&mut text);
            // cbindgen writes these whatever the style is, and C89 does not know them.
            let text = String::from_utf8_lossy(&text).replace("// __cplusplus", "/* __cplusplus */");
            fs::write(out.join("shmsan.h"), text.replace("// extern \"C\"", "/* extern \"C\" */"))
                .expect("OUT_DIR can be written");
        }
        // rustc says it better than cbindgen what is wrong in the source.
        Err(error) => println!("cargo::warning=no header: {error}"),
    }
}

fn link_shared_library(out: &Path) {
    let major = env::var("CARGO_PKG_VERSION_MAJOR").expect("cargo sets the version");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libshmsan.so.{major}");
    // After a dlclose, handlers of ours that stay registered must still have code behind them.
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,relro,-z,now");
    // The dynamic libgcc_s is most of what Rust's std adds to a program's start-up; linked in its place, the static
    // unwinder leaves a library that needs libc alone.
    let unwinder = out.join("unwinder");
    fs::create_dir_all(&unwinder).expect("OUT_DIR can be written");
    fs::write(unwinder.join("libgcc_s.so"), "GROUP ( -lgcc_eh -lgcc )\n").expect("OUT_DIR can be written");
    println!("cargo::rustc-cdylib-link-arg=-L{}", unwinder.display());
}
