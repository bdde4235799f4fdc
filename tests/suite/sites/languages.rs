//! C++ and Rust: mangled names are read.

use super::{Workshop, at, first_stack, without_offsets};
use crate::harness::say;
use std::process::Command;

#[test]
fn a_method_of_a_template_in_a_library_has_its_name_and_line() {
    let workshop = Workshop::with(&["ring.cpp", "user.c"]);
    workshop.tool("gcc", &["-g", "src/user.c", "-ldl", "-o", "user"]);
    workshop.tool("g++", &["-g", "-shared", "-fPIC", "src/ring.cpp", "-o", "ring.so"]);
    let stack = || first_stack(&workshop.run("user").arg("./ring.so").options("context_size=3").go().stderr);
    let name = "ring::Buffer<int>::open(char const*, int)";
    let callers = [at("use_ring", "ring.cpp", "buffer.open"), at("main", "user.c", "use() == 0")];
    assert_eq!(stack(), [at(name, "ring.cpp", "return shmget"), callers[0].clone(), callers[1].clone()]);
    workshop.tool("g++", &["-shared", "-fPIC", "src/ring.cpp", "-o", "ring.so"]);
    let stack = stack();
    assert_eq!(without_offsets(&stack[0]), format!("{name}+OFF (ring.so+OFF)"));
    assert_eq!(stack[2], callers[1]);
}

#[test]
fn a_rust_program_has_its_names_and_lines() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    if Command::new(&rustc).arg("--version").output().is_err() {
        return say("skipped: a_rust_program_has_its_names_and_lines: rustc is not installed");
    }
    let workshop = Workshop::with(&["crate.rs"]);
    for mangling in ["legacy", "v0"] {
        let mangling = format!("-Csymbol-mangling-version={mangling}");
        let flags = ["--edition=2024", &mangling, "src/crate.rs", "-o", "crate"];
        // What is not v0 is for nightly compilers alone, some day.
        if !Command::new(&rustc)
            .args(flags)
            .current_dir(workshop.path(""))
            .status()
            .is_ok_and(|status| status.success())
        {
            continue;
        }
        let stack = workshop.stack("crate", "");
        assert!(
            stack[0].starts_with("<crate::ring::Buffer") || stack[0].starts_with("crate::ring::Buffer"),
            "{stack:?}"
        );
        assert!(!stack[0].contains("::h"), "the hash is left out: {stack:?}");
        workshop.tool(&rustc, &[&["-g"], flags.as_slice()].concat());
        let stack = workshop.stack("crate", "");
        assert!(stack[0].ends_with(&at("::open", "crate.rs", "super::shmget")), "{stack:?}");
    }
}
