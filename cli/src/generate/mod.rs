//! `shmsan --generate FOLDER`, for `make`: manual pages and completions from the definitions of the command line, of the
//! options and of the rules. The folder then looks as PREFIX/share does.

mod library;

use crate::args::definitions;
use crate::output::complain;
use clap_complete::Shell;
use std::fs::{create_dir_all, write};
use std::io;
use std::path::Path;
use std::process::ExitCode;

pub fn go(folder: &Path) -> ExitCode {
    match manual(&folder.join("man")).and_then(|()| completions(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("{}: {error}", folder.display())),
    }
}

fn manual(folder: &Path) -> io::Result<()> {
    let (commands, overviews) = (folder.join("man1"), folder.join("man7"));
    create_dir_all(&commands)?;
    create_dir_all(&overviews)?;
    clap_mangen::generate_to(definitions().disable_help_subcommand(true), commands)?;
    write(overviews.join("libshmsan.7"), library::page())
}

/// Each where its shell looks for it.
fn completions(folder: &Path) -> io::Result<()> {
    for (shell, place) in [
        (Shell::Bash, "bash-completion/completions/shmsan"),
        (Shell::Zsh, "zsh/site-functions/_shmsan"),
        (Shell::Fish, "fish/vendor_completions.d/shmsan.fish"),
    ] {
        let file = folder.join(place);
        create_dir_all(file.parent().unwrap_or(folder))?;
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut definitions(), "shmsan", &mut text);
        write(file, text)?;
    }
    Ok(())
}
