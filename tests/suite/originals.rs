//! The programs of the documents are kept byte for byte: what shmsan is tried on is what people have copied.

use crate::harness::source;
use std::process::Command;

const HASHES: &str = "\
3820b93d36d5167e45c6ed4895ccf47651f24a0bc013545aff04af3981e406ba  client.c
e623e39cae4c35b9799dd52856b8c117c57c7a2a67efc3e6ce5ef9de1ff632f5  example.c
55170a193cb2f78bc442a8bf9fb3071db3793ee3fb14124bcf4706d41f3180b5  reader.cpp
5fe683f9649da9ad9be865811e65e54e569d706f4e1aeedb8e7ba9c18bdc8717  server.c
33f6d59d3d069f347acfe73b0d539b60a5b3366674c9ba8ec4e7cf0f8aeceb6d  writer.cpp
";

#[test]
fn the_documents_programs_are_unchanged() {
    let names = HASHES.lines().map(|line| line.split_whitespace().last().unwrap());
    let output = Command::new("sha256sum").args(names).current_dir(source("originals")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), HASHES, "{}", String::from_utf8_lossy(&output.stderr));
}
