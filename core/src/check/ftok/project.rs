//! The project, of which ftok(3) uses 8 bits.

use super::path_of;
use crate::call::Call;
use crate::check::{Explain, Made, Words};
use crate::facts::Facts;
use crate::text::unbroken;

/// The project of a key that was made, and what ftok took of it.
fn project(made: &Made) -> Option<(i32, u8)> {
    match made.call {
        Call::Ftok { project, .. } if made.outcome.is_ok() => Some((project, project.to_le_bytes()[0])),
        _ => None,
    }
}

pub fn zero<'a>(made: &'a Made, _facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (project, _) = project(made).filter(|(_, taken)| *taken == 0)?;
    Some(Box::new(move || Words {
        headline: match project {
            0 => "the project is 0".to_owned(),
            _ => format!("of the project {project} the low 8 bits are 0"),
        },
        why: "ftok uses 8 bits of it, and what it does where all of them are 0, POSIX leaves open: Linux \
              makes a key, another system may refuse"
            .to_owned(),
        fix: format!("give a number from 1 to 255, or a letter: {}", with_project(made, "'A'")),
        ..Words::default()
    }))
}

pub fn truncated<'a>(made: &'a Made, _facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (project, taken) = project(made).filter(|(project, taken)| *taken != 0 && *project != i32::from(*taken))?;
    Some(Box::new(move || Words {
        headline: format!("the project {project} is {taken} to ftok"),
        why: format!("a key has 8 bits for the project: {project} and {taken} give the same file the same key"),
        fix: format!("give a number from 1 to 255: {}", with_project(made, &taken.to_string())),
        ..Words::default()
    }))
}

/// The call as it should be.
fn with_project(made: &Made, project: &str) -> String {
    match path_of(made) {
        Some(path) => unbroken(&format!("ftok({path}, {project})")),
        None => unbroken(&format!("ftok(path, {project})")),
    }
}

#[cfg(test)]
mod tests {
    use crate::call::{Addr, Call};
    use crate::check::Made;
    use crate::check::tests::all;
    use crate::errno::Errno;
    use crate::facts::fake::World;
    use crate::site::Site;

    fn rules(project: i32) -> Vec<&'static str> {
        let call = Call::Ftok { path: Addr(1), project };
        let made = Made { call, outcome: Ok(7), site: Site::UNKNOWN, detail: None };
        let failed = Made { outcome: Err(Errno::ENOENT), ..made };
        assert_eq!(all(&failed, &World::default()).len(), 1, "of one that failed, that is all");
        all(&made, &World::default()).iter().map(|finding| finding.rule.id).collect()
    }

    #[test]
    fn of_a_project_eight_bits_count() {
        assert_eq!([1, 65, 255].map(rules), [[""; 0], [""; 0], [""; 0]]);
        assert_eq!([0, 256, i32::MIN].map(rules), [["ftok-project-zero"]; 3]);
        assert_eq!([257, -1, i32::MAX].map(rules), [["ftok-project-truncated"]; 3]);
        let headline = |project| {
            let call = Call::Ftok { path: Addr(1), project };
            let made = Made { call, outcome: Ok(7), site: Site::UNKNOWN, detail: None };
            all(&made, &World::default())[0].headline.clone()
        };
        assert_eq!(headline(0), "the project is 0");
        assert_eq!(headline(256), "of the project 256 the low 8 bits are 0");
    }
}
