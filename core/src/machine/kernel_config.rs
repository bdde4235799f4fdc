//! The text of a kernel's configuration, as /proc/config.gz and /boot/config-VERSION have it.

/// Whether an option is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    On,
    Off,
}

/// `CONFIG_SYSVIPC=y`, or `# CONFIG_SYSVIPC is not set`; nothing where the option is not mentioned.
#[must_use]
pub fn kernel_switch(config: &[u8], name: &str) -> Option<Switch> {
    config.split(|byte| *byte == b'\n').find_map(|line| {
        let line = str::from_utf8(line).ok()?.trim_end();
        let unset = line.strip_prefix("# ").and_then(|line| line.strip_suffix(" is not set"));
        let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
        match (unset, value) {
            (Some(unset), _) if unset == name => Some(Switch::Off),
            (_, Some("y" | "m")) => Some(Switch::On),
            (_, Some(_)) => Some(Switch::Off),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_its_whole_name() {
        let config =
            b"# CONFIG_SYSVIPC is not set\nCONFIG_SYSVIPC_SYSCTL=y\nCONFIG_A=m\nCONFIG_B=n\n\xff\nCONFIG_C=\"y\"\n";
        let switch = |name| kernel_switch(config, name);
        let options = ["CONFIG_SYSVIPC", "CONFIG_SYSVIPC_SYSCTL", "CONFIG_A", "CONFIG_B", "CONFIG_SYSV", "CONFIG_C"];
        let (on, off) = (Some(Switch::On), Some(Switch::Off));
        assert_eq!(options.map(switch), [off, on, on, off, None, off]);
    }
}
